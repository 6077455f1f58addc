/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 7.1.2: trailers say nothing of the message's length, and are not looked at. */
	{ "9112-7.1.2 a trailer whose name has a rule", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Keep: trailer\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (80) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1.2 a trailer of many lines", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"
		  "A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"
		  "A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"
		  "A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"
		  "\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (293) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9110-6.5.1 lengths in a trailer change nothing", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 19\r\n"
		  "Transfer-Encoding: chunked\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (101) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9110-6.5.1 credentials in a trailer do not leave", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
		  "Authorization: Bearer abcdefghijklmnopqrstuvwxyz\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (103) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-5.2 a fold in a trailer", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n \r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (66) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1.2 a trailer without a colon", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nGET /not HTTP/1.1\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (72) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-2.2 a trailer of LF alone", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (57) 20\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1.2 a trailer of 32 KiB", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
		  TIMES_1024("A: " TIMES_16("b") "\r\n") "B: " TIMES_4096("c") "\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (25658) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1.2 a trailer of a response", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Keep\r\n\r\n1\r\na\r\n0\r\n"
		  "X-Keep: t\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (86) 0\n"
	  "<1 200 (38) 0\n" },
