/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 6.1: transfer-encoding, and what an attacker writes for one. */
	{ "9112-6.1 any case, whitespace around it", {
		R("POST /x HTTP/1.1\r\nTRANSFER-encoding:\t CHUNKED \t\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (64) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.1 a coding before it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: gzip,chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (66) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.1 codings before it, with a parameter", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: foo;a=b , gzip,\tchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (77) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9110-5.6.1 holes in the list", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: , gzip,, chunked,\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (71) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9110-5.3 a list over two lines", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
		  "0\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (86) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 beside a length", {
		R("POST /x HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (80) 40\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 beside a length that comes later", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (80) 40\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 beside a length that is none", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (80) 40\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.1 chunked twice in a line", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (70) 80\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.1 chunked twice, with another between", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked, gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (76) 80\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.1 chunked in two lines", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
		  "0\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (89) 80\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.1 in HTTP/1.0 the framing is faulty", {
		R("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /y HTTP/1.1\r\n"
		  "\r\n") },
	  ">0 POST /x  (61) 80\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.1 in HTTP/1.0, beside a length", {
		R("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 13\r\n\r\n3\r\nabc\r\n0\r\n"
		  "\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (81) c0\n"
	  ">1 GET /y  (19) 0\n" },
