/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 5 and RFC 9110 section 5: header lines. */
	{ "9110-5.1 a name in any case", {
		R("GET / HTTP/1.1\r\nx-KEEP: v\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] (29) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "two names of one bit are both found", {
		R("GET / HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nX-Print: abc\r\nSet-Cookie: abc\r\nX-Print: abc\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  (18) 0\n"
	  "<0 200 [4 f 3/3 s0 bb96c3a813c9903e3325ef616045abb8] [3 p 3/3 s0 ] [4 f 3/3 s0 bb96c3a813c9903e3325ef616045abb8] (83) 0\n" },
	{ "9110-5.5 no value", {
		R("GET / HTTP/1.1\r\nX-Keep:\r\nX-Keep: \r\nX-Keep: \t \t\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 0/0 s0 ] [1 k 0/0 s0 ] [1 k 0/0 s0 ] (50) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 whitespace around a value is no part of it", {
		R("GET / HTTP/1.1\r\nX-Keep:\t \tv w\t \t\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 3/3 s0 v\\x20w] (36) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 no whitespace before a value", {
		R("GET / HTTP/1.1\r\nX-Keep:v\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] (28) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 a colon in a value", {
		R("GET / HTTP/1.1\r\nX-Keep: :a:b:\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 5/5 s0 :a:b:] (33) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 a blank before the colon", {
		R("GET / HTTP/1.1\r\nX-Keep : v\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (41) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 a tab before the colon", {
		R("GET / HTTP/1.1\r\nX-Keep\t: v\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  (30) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 a line without a colon", {
		R("GET / HTTP/1.1\r\nX-Keep\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (37) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 a line without a colon, a name's length before one with", {
		R("GET / HTTP/1.1\r\nX\r\nKeep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  (30) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 no name", {
		R("GET / HTTP/1.1\r\n: v\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (34) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.1 a colon alone", {
		R("GET / HTTP/1.1\r\n:\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  (21) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 whitespace between the start line and the first header", {
		R("GET / HTTP/1.1\r\n X-Keep: v\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (41) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 a line of whitespace between the start line and the first header", {
		R("GET / HTTP/1.1\r\n \t\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (33) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.1 a name that begins with a control byte", {
		R("GET / HTTP/1.1\r\n\x0bX-Keep: v\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (41) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.1 a name that begins with NUL", {
		R("GET / HTTP/1.1\r\n\x00X-Keep: v\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (41) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.1 a name that begins with a byte beyond ASCII", {
		R("GET / HTTP/1.1\r\n\xefX-Keep: v\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (41) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.1 a name that is another one with a byte more", {
		R("GET / HTTP/1.1\r\nX-Keep\x00: v\r\nX_Keep: v\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (52) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.5 NUL and control bytes in a value go as they were sent", {
		R("GET / HTTP/1.1\r\nX-Keep: a\x00" "b\x01\x7f\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 5/5 s0 a\\x00b\\x01\\x7f] (33) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.5 a bare CR in a value goes as it was sent and ends no line", {
		R("GET / HTTP/1.1\r\nX-Keep: a\rX-Keep: b\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 11/11 s0 a\\x0dX-Keep:\\x20b] (39) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.5 bytes beyond ASCII in a value go as they were sent", {
		R("GET / HTTP/1.1\r\nX-Keep: \xff\xfe\x80\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 3/3 s0 \\xff\\xfe\\x80] (31) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.3 a name that repeats, between others", {
		R("GET / HTTP/1.1\r\nX-Keep: 1\r\nA: b\r\nx-keep: 2\r\nC: d\r\nX-KEEP: 1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 1] [1 k 1/1 s0 2] [1 k 1/1 s0 1] (63) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.3 a list in one line is one value", {
		R("GET / HTTP/1.1\r\nX-Keep: a, b,,c\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 7/7 s0 a,\\x20b,,c] (35) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-5.4 a value of 8 KiB", {
		R("GET / HTTP/1.1\r\nX-Keep: " TIMES_256("0123456789abcdef") TIMES_256("0123456789abcdef") "\r\n"
		  "X-Print: " TIMES_4096("a") "\r\nX-Keep: w\r\n\r\nGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k! 8192/8192 s0 0123456789abcdef] [4 f 4096/4096 s0 94f47464995bf714f9b8dc3712c460e2] [1 k 1/1 s0 w] (12338) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n" },
	{ "9110-5.4 a name of 1 KiB", {
		R("GET / HTTP/1.1\r\nX-" TIMES_64("0123456789abcdef") ": v\r\nX-Keep: w\r\n\r\nGET /y HTTP/1.1\r\n"
		  "\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (1060) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n" },
	{ "9112-5.1 1 KiB without a colon", {
		R("GET / HTTP/1.1\r\nX-" TIMES_64("0123456789abcdef") "\r\nX-Keep: w\r\n\r\nGET /y HTTP/1.1\r\n"
		  "\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (1057) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n" },
	{ "9112-5.1 a value of 1,024 blanks", {
		R("GET / HTTP/1.1\r\nX-Keep:" TIMES_1024(" ") "v" TIMES_256("\t") "\r\n\r\nGET /y HTTP/1.1\r\n"
		  "\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] (1308) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n" },
	{ "9112-2.2 the 65th line and more", {
		R("GET / HTTP/1.1\r\n" TIMES_64("A: b\r\n") "X-Keep: 66\r\n" TIMES_64("C: d\r\n") "X-Keep: 131\r\n"
		  TIMES_64("E: f\r\n") "X-Keep: 196\r\n\r\nGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 2/2 s0 66] [1 k 3/3 s0 131] [1 k 3/3 s0 196] (1208) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n" },
	{ "9110-11.6.2 credentials that are none", {
		R("GET / HTTP/1.1\r\nAuthorization:\r\nAuthorization: Bearer\r\nAuthorization: Bearer \r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [2 m 0/0 s0 ] [2 f 0/0 s0 a3817f04ba25a8e66df67214c7550293] [2 p 0/0 s0 ] [2 m 6/6 s0 ] [2 f 6/6 s0 3e95f17aa8494d9d38793f6926f9271e] [2 p 6/6 s0 ] [2 m 6/6 s0 ] [2 f 6/6 s0 3e95f17aa8494d9d38793f6926f9271e] [2 p 6/6 s0 ] (81) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
