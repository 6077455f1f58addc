/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 7.1: chunked bodies. */
	{ "9112-7.1 no chunk but the last", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (53) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1 hexadecimal in both cases", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\nA\r\n0123456789\r\n"
		  "1F\r\n0123456789012345678901234567890\r\n0\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (120) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1 leading zeros, more than a number holds", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n000000000000000000000000005\r\nhello\r\n"
		  "0000000000000000000000\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (110) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1.1 extensions", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n5;a=b;c\r\nhello\r\n"
		  "0;last\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (86) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1.1 an extension that is quoted, with a semicolon and an escape", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"x;\\\"y\"\r\nhello\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (73) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1.1 bad whitespace around an extension", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5 \t; a = b \r\nhello\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (73) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1.1 an extension of 4 KiB", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=" TIMES_4096("b") "\r\nhello\r\n0\r\n"
		  "\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (4162) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1 data that looks like a chunk", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0\r\n\r\nGET /\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (68) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1 a blank behind a size", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (64) 80\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-2.2 a size line of LF alone", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\nGET /y HTTP/1.1\r\n"
		  "\r\n") },
	  ">0 POST /x  (62) 20\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-2.2 an extension that ends in LF alone", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\nhello\r\n0\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (66) 20\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-2.2 data that ends in LF alone", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\nGET /y HTTP/1.1\r\n"
		  "\r\n") },
	  ">0 POST /x  (62) 20\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-2.2 the last chunk of LF alone", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\n\nGET /y HTTP/1.1\r\n"
		  "\r\n") },
	  ">0 POST /x  (61) 20\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-2.2 the last line of LF alone", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (52) 20\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1 a chunk size that is none: letters", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: nothing", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: an extension alone", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n;a\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: a blank before it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n 5\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: a sign", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: a plus", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: hexadecimal with its prefix", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (50) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: two numbers", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5 5\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (51) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: a letter behind it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5h\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (50) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: a list", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5,5\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (50) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: NUL behind it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\x00\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (50) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: a vertical tab behind it", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\x0b\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (50) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: a CR within the line", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\rX\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (51) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: a CR within an extension", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a\rb\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (53) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: 64 bits", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (64) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: more than 64 bits", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (65) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 a chunk size that is none: a digit beyond ASCII", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\xb2\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 chunk data that does not fit: more than its size", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (57) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 chunk data that does not fit: a CR and no LF", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\rX"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (58) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 chunk data that does not fit: no line end", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (57) 80\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-7.1 chunk data that is a CR longer, so that its line ends in LF alone", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell\r\n0\r\n\r\nGET /y HTTP/1.1\r\n"
		  "\r\n") },
	  ">0 POST /x  (62) 20\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-7.1 chunks of a response, with an extension", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (61) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 chunks of a response, in LF alone", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\n0\n\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (55) 20\n"
	  "<1 200 (38) 0\n" },
