/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 6.3: what decides where a message ends. */
	{ "9110-5.1 names that only look like content-length", {
		R("POST /x HTTP/1.1\r\nContent-Lengths: 5\r\nContent_Length: 6\r\nX-Content-Length: 7\r\n"
		  "Content-Length-X: 8\r\nContentLength: 9\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (119) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 neither length nor encoding: a request has no body", {
		R("POST /x HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (20) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 a response's length that is none: a sign", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  "<0 200 (0 open) 440\n" },
	{ "9112-6.3 a response's length that is none: a list of two", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  "<0 200 (0 open) 440\n" },
	{ "9112-6.3 a response without a length ends with the connection", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  "<0 200 (0 open) 400\n" },
	{ "9112-9.3 HTTP/1.0 with keep-alive and no length", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
		  "\r\n") },
	  ">0 GET /x  (19) 0\n"
	  "<0 200 (0 open) 400\n" },
	{ "9110-15.4.5 a length that no body follows: 304", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 304 (48) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-15.3.5 a length that no body follows: 204", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 204 (46) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-15.3.6 a 205 has the body that its length says", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nab"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 205 (51) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-6.3 a list of one number in a response", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (43) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 a blank before the colon of a response's content-length", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nab"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (39) 80\n"
	  "<1 200 (38) 4\n", 1 },
