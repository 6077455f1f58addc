/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 2.2: what may come before a start line. */
	{ "9112-2.2 many empty lines before a request", {
		R(TIMES_1024("\r\n") "GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n" },
	{ "9112-2.2 empty lines of LF alone before a request", {
		R("\n\n\r\nGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n" },
	{ "9112-2.2 an empty line behind a body, as old browsers sent", {
		R("POST /p HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b\r\nGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /p  (42) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 empty lines and nothing else", {
		R("\r\n\r\n\n\r\n") },
	  "" },
	{ "9112-2.2 a line of a blank before a request", {
		R(" \r\nGET /y HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.2 a bare CR before a request", {
		R("\rGET /y HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.2 NUL before a request", {
		R("\x00GET /y HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
