/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 6.3: a content-length that says nothing, or too much. What follows is not known. */
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
