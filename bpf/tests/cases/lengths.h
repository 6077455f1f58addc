/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 6.2 and RFC 9110 section 8.6: content-length, and what an attacker writes for one. */
	{ "9110-8.6 zero", {
		R("POST /x HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (39) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9110-8.6 leading zeros", {
		R("POST /x HTTP/1.1\r\nContent-Length: 0000000000000000000000000000003\r\n\r\n"
		  "abcGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (72) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9110-8.6 whitespace around it", {
		R("POST /x HTTP/1.1\r\nContent-Length:\t 3 \t\r\n\r\nabcGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (45) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 a list of one number", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\nhelloGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (47) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 a list of one number, written in two ways", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5 ,05,\t5\r\n\r\nhelloGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (51) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9110-8.6 no method forbids a body", {
		R("POST /x HTTP/1.1\r\nContent-Length: 19\r\n\r\nGET /n HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (59) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 a length that is none: a list of two", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5, 6\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (42) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a list with a hole at its end", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5,\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a list with a hole at its start", {
		R("POST /x HTTP/1.1\r\nContent-Length: ,5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a sign", {
		R("POST /x HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a negative number", {
		R("POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: hexadecimal", {
		R("POST /x HTTP/1.1\r\nContent-Length: 0x5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (41) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a letter behind it", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5a\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a blank within it", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5 5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (41) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a fraction", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5.0\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (41) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a parameter", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5;q=1\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (43) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: nothing", {
		R("POST /x HTTP/1.1\r\nContent-Length: \r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (38) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: quotes", {
		R("POST /x HTTP/1.1\r\nContent-Length: \"5\"\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (41) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: NUL before it", {
		R("POST /x HTTP/1.1\r\nContent-Length: \x00" "5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a vertical tab behind it", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\x0b\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a CR behind it", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: a digit beyond ASCII", {
		R("POST /x HTTP/1.1\r\nContent-Length: \xb2\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (39) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: an exponent", {
		R("POST /x HTTP/1.1\r\nContent-Length: 1e1\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (41) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: 2 to the power of 63", {
		R("POST /x HTTP/1.1\r\nContent-Length: 9223372036854775808\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (57) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: 5, after 64 bits overflow", {
		R("POST /x HTTP/1.1\r\nContent-Length: 18446744073709551621\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (58) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 a length that is none: 80 digits", {
		R("POST /x HTTP/1.1\r\n"
		  "Content-Length: 42949672964294967296429496729642949672964294967296429496729642949672964294967296\r\n"
		  "\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (118) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 two lines that differ", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\nA: b\r\ncontent-length: 6\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (64) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-6.3 two lines, the second of them none", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\nContent-Length:\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (56) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.1 a blank before the colon of content-length", {
		R("POST /x HTTP/1.1\r\nContent-Length : 5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.1 a tab before the colon of content-length", {
		R("POST /x HTTP/1.1\r\nContent-Length\t: 5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.1 many blanks before the colon of content-length", {
		R("POST /x HTTP/1.1\r\n"
		  "Content-Length                                                                                : 5\r\n"
		  "\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (119) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9110-5.1 NUL behind the name content-length", {
		R("POST /x HTTP/1.1\r\nContent-Length\x00: 5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9110-5.1 a vertical tab behind the name content-length", {
		R("POST /x HTTP/1.1\r\nContent-Length\x0b: 5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-2.2 a CR behind the name content-length", {
		R("POST /x HTTP/1.1\r\nContent-Length\r: 5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (40) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
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
