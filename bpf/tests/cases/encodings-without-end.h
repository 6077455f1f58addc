/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 6.3: a transfer-encoding whose last coding is not chunked, and lines that only look like one. */
	{ "9112-6.3 an encoding without an end: not chunked", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (45) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: identity", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: chunked is not the last", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (54) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: another line after chunked", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (77) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: nothing", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: \r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (41) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a hole alone", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: ,\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (42) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a byte before it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a byte behind it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a byte less", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunke\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (47) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a blank for a comma", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: gzip chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (53) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a tab for a comma", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: gzip\tchunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (53) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a parameter of its name", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: gzip;chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (53) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: chunked with a parameter", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (52) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: quotes", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (50) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a vertical tab before it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: \x0b" "chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a vertical tab behind it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\x0b\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: NUL behind it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\x00\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a CR behind it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: NUL within it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chun\x00ked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end: a byte beyond ASCII before it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: \xff" "chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 an encoding without an end, beside a length", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: identity\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (68) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.1 a blank before the colon of transfer-encoding", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.1 the same, beside a length", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (68) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9110-5.1 NUL behind the name transfer-encoding", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding\x00: chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (68) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9110-5.1 a vertical tab behind the name transfer-encoding", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding\x0b: chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (68) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.1 many blanks before the colon of transfer-encoding", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\n"
		  "Transfer-Encoding                                                                                : chunked\r\n"
		  "\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (147) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9110-5.1 a control byte before transfer-encoding: that line counts for nothing, and is marked", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\n\x0bTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (73) 80\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-2.2 a blank before the first header, which would be transfer-encoding", {
		R("POST /x HTTP/1.1\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (73) 80\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9110-5.1 names that only look like transfer-encoding", {
		R("POST /x HTTP/1.1\r\nTransfer_Encoding: chunked\r\nTransfer-Encodings: chunked\r\n"
		  "X-Transfer-Encoding: chunked\r\nTE: chunked\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (120) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 a response's encoding without an end: gzip", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
		  "\r\n") },
	  ">0 GET /x  (19) 0\n"
	  "<0 200 (0 open) 400\n" },
	{ "9112-6.3 a response's encoding without an end: chunked is not the last", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nabcHTTP/1.1 200 OK\r\n"
		  "Content-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  "<0 200 (0 open) 400\n" },
	{ "9112-6.3 a response's encoding without an end, beside a length", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\n"
		  "Content-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  "<0 200 (0 open) 440\n" },
	{ "9112-6.3 a response of chunks beside a length", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (78) 40\n"
	  "<1 200 (38) 0\n" },
	{ "9112-6.1 a response of chunks in HTTP/1.0", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (59) 80\n"
	  "<1 200 (38) 0\n" },
	{ "9112-6.1 a response that is chunked twice", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (68) 80\n"
	  "<1 200 (38) 0\n" },
	{ "9112-6.1 an encoding that no body follows: 304", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 304 (57) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-6.1 an encoding that no body follows: 204", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 204 (55) 0\n"
	  "<1 200 (38) 0\n" },
