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
	{ "9110-8.6 of seven digits", {
		R("POST /x HTTP/1.1\r\nContent-Length: 0000003\r\n\r\nabcGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (48) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9110-8.6 of eight digits", {
		R("POST /x HTTP/1.1\r\nContent-Length: 00000019\r\n\r\nGET /n HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (65) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 a list of one number of two digits", {
		R("POST /x HTTP/1.1\r\nContent-Length: 19, 19\r\n\r\nGET /n HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (63) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 one number on two lines", {
		R("POST /x HTTP/1.1\r\nContent-Length: 19\r\nContent-Length: 19\r\n\r\nGET /n HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (79) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-6.3 one number on two lines, written in two ways", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 05\r\n\r\nhelloGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (64) 0\n"
	  ">1 GET /y  (19) 0\n" },
