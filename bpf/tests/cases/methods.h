/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9110 section 9.1: a method is a token and its case counts. */
	{ "9110-5.6.2 every kind of token byte", {
		R("!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 !#$%&'*+-.^_`|~09azAZ /  (36) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-9.1 lower case is another method", {
		R("get /l HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 get /l  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-9.3.2 head is not HEAD: its response has a body", {
		R("head /l HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 head /l  (20) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (41) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-9.3.6 connect is not CONNECT: no tunnel", {
		R("connect /t HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 connect /t  (23) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-9.1 a method that nobody knows, with a body", {
		R("FROBNICATE /f HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 FROBNICATE /f  (49) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-9.1 the longest method that is followed", {
		R("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM / HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM /  (47) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-9.1 a longer method is not followed, and what comes next is marked", {
		R("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM / HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9110-5.6.2 a parenthesis in a method", {
		R("G(T / HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9110-5.6.2 a slash in a method", {
		R("GET/ / HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9110-5.6.2 a colon in a method", {
		R("GET: / HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9110-5.6.2 NUL in a method", {
		R("GE\x00T / HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9110-5.6.2 a byte beyond ASCII in a method", {
		R("G\xc9T / HTTP/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9113-3.4 a method of the preface's name is HTTP/1", {
		R("PRI * HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 PRI *  (18) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-9.3 methods with and without bodies, pipelined", {
		R("DELETE /d HTTP/1.1\r\nContent-Length: 2\r\n\r\nabHEAD /h HTTP/1.1\r\n\r\nPUT /p HTTP/1.1\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nTRACE /t HTTP/1.1\r\n\r\n"
		  "GET /g HTTP/1.1\r\nContent-Length: 1\r\n\r\nxOPTIONS * HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
		  "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nyHTTP/1.1 405 No\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n"
		  "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 DELETE /d  (43) 0\n"
	  ">1 HEAD /h  (20) 0\n"
	  ">2 PUT /p  (59) 0\n"
	  ">3 TRACE /t  (21) 0\n"
	  ">4 GET /g  (39) 0\n"
	  ">5 OPTIONS *  (22) 0\n"
	  "<0 204 (27) 0\n"
	  "<1 200 (38) 0\n"
	  "<2 201 (44) 0\n"
	  "<3 405 (52) 0\n"
	  "<4 304 (48) 0\n"
	  "<5 200 (38) 0\n" },
