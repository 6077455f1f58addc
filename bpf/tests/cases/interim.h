/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9110 section 15.2: responses before the response. */
	{ "9110-15.2 one after the other", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
		  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nX-Keep: no\r\n\r\nHTTP/1.1 200 OK\r\n"
		  "Content-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-6.3 a length in one says nothing", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 103 Early Hints\r\nContent-Length: 100\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
		  "\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-6.3 an encoding in one says nothing", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\n"
		  "Content-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-15.2 one that nobody knows", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 199 What\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 one of LF alone does not mark the response", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-15.2 between pipelined responses", {
		R("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 No\r\n"
		  "Content-Length: 0\r\n\r\n") },
	  ">0 GET /1  (19) 0\n"
	  ">1 GET /2  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 404 (38) 0\n" },
	{ "9110-15.2 one that nobody asked for, then a request and its response", {
		W("HTTP/1.1 100 Continue\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  "<0 200 (38) 2\n", 1 },
	{ "9110-10.1.1 the final response comes before the body, which follows all the same", {
		R("POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"),
		W("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"),
		R("helloGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /x  (66) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 417 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-7.1 the response comes within the request's chunks", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
		W("HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno"),
		R("lo\r\n0\r\n\r\nGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /x  (63) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 413 (40) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-8 the connection ends within a request's body", {
		R("POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /x  (0 open) 0\n"
	  "<0 200 (38) 0\n" },
	{ "9112-8 the connection ends within a response's body", {
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") },
	  ">0 GET /y  (19) 0\n"
	  "<0 200 (0 open) 0\n" },
	{ "9112-8 the connection ends within a response's chunks", {
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe") },
	  ">0 GET /y  (19) 0\n"
	  "<0 200 (0 open) 0\n" },
	{ "9112-8 the connection ends within a head: it was no request", {
		R("GET /y HTTP/1.1\r\n\r\nGET /half HTTP/1.1\r\nX-Keep: v\r\n") },
	  ">0 GET /y  (19) 0\n" },
