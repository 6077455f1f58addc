/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 3: the request line. */
	{ "9112-3 more blanks than one", {
		R("GET   /a?page=1  HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /a page=1 (29) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3 a blank behind the version", {
		R("GET /a?page=1 HTTP/1.1  \r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /a page=1 (28) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 a bare CR in the target goes as it was sent", {
		R("GET /a\rb HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /a\\x0db  (21) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2 NUL and control bytes in the target go as they were sent", {
		R("GET /a\x00" "b\x01\x7f?page=\x00 HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /a\\x00b\\x01\\x7f page=\\x00 (30) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2 bytes beyond ASCII in the target go as they were sent", {
		R("GET /\xc3\xa9\xff HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /\\xc3\\xa9\\xff  (21) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3 no target", {
		R("GET HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-3 an empty target", {
		R("GET  HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-3 a tab for a blank", {
		R("GET\t/a\tHTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-3 a blank before the method", {
		R(" GET /a HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-3 a method alone", {
		R("GET\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-3 a target beyond its bound", {
		R("GET /" TIMES_256("0123456789abcdef") "0123 HTTP/1.1\r\nX-Keep: v\r\n\r\nGET /y HTTP/1.1\r\n"
		  "\r\n") },
	  ">0 GET /" TIMES_64("0123456789abcdef") TIMES_64("0123456789abcdef") TIMES_64("0123456789abcdef") TIMES_16("0123456789abcdef") TIMES_16("0123456789abcdef") TIMES_16("0123456789abcdef") TIMES_4("0123456789abcdef") TIMES_4("0123456789abcdef") TIMES_4("0123456789abcdef") "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde  [1 k 1/1 s0 v] (4129) 1\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-3 a query beyond its bound", {
		R("GET /q?page=1&page=" TIMES_256("0123456789abcdef") "&x= HTTP/1.1\r\nX-Keep: v\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 GET /q page=1 [1 k 1/1 s0 v] (4142) 1\n"
	  ">1 GET /y  (19) 0\n" },
