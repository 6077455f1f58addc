/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A little of everything, and what the tables make of it: what an exchange looks like. */
	{ "a request and its response", {
		R("GET /a?x=1&page=2 HTTP/1.1\r\nHost: h\r\nX-Keep: v\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Keep:w \r\n\r\nhello") },
	  ">0 GET /a x&page=2 [8 k 1/1 s0 h] [1 k 1/1 s0 v] (50) 0\n"
	  "<0 200 [1 k 1/1 s0 w] (54) 0\n" },
	{ "pipelined, client role", {
		W("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.0\r\n\r\nHEAD /3 HTTP/1.1\r\n\r\n"),
		R(OK_EMPTY "HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
		W("GET /4 HTTP/1.1\r\n\r\n"), R(OK_EMPTY) },
	  ">0 GET /1  (19) 0\n"
	  ">1 GET /2  (19) 0\n"
	  ">2 HEAD /3  (20) 0\n"
	  ">3 GET /4  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 404 (41) 0\n"
	  "<2 200 (39) 0\n"
	  "<3 200 (38) 0\n" },
	{ "chunks, extensions, trailers", {
		R("POST /c HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n5;a=b\r\nhello\r\n0A\r\n0123456789\r\n0\r\nX-Keep: trailer\r\n\r\n"
		  "GET /next HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nTransfer-Encoding:chunked\r\n\r\n1\r\nx\r\n000\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n") },
	  ">0 POST /c  (106) 0\n"
	  ">1 GET /next  (22) 0\n"
	  "<0 200 (59) 0\n"
	  "<1 204 (27) 0\n" },
	{ "interim responses", {
		R("POST /i HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
		W("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Keep: no\r\n\r\n"), R("ok"),
		W("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /i  (63) 0\n"
	  "<0 201 (43) 0\n" },
	{ "304 and HEAD have no body", {
		R("GET /n HTTP/1.1\r\n\r\n"), W("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n"),
		R("HEAD /h HTTP/1.1\r\n\r\n"), W("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
		R("GET /g HTTP/1.1\r\n\r\n"), W(OK_EMPTY) },
	  ">0 GET /n  (19) 0\n"
	  ">1 HEAD /h  (20) 0\n"
	  ">2 GET /g  (19) 0\n"
	  "<0 304 (49) 0\n"
	  "<1 200 (47) 0\n"
	  "<2 200 (38) 0\n" },
	{ "a body that ends with the connection", {
		R("GET /u HTTP/1.0\r\n\r\n"), W("HTTP/1.0 200 OK\r\n\r\nGET /not HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n") },
	  ">0 GET /u  (19) 0\n"
	  "<0 200 (0 open) 400\n" },
	{ "upgrade", {
		R("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"), W("HTTP/1.1 101 Switching Protocols\r\nX-Keep: s\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
		R("GET /not HTTP/1.1\r\n\r\n") },
	  ">0 GET /ws  (40) 0\n"
	  "<0 101 [1 k 1/1 s0 s] (47) 100\n" },
	{ "CONNECT", {
		W("CONNECT user:pw@h:443 HTTP/1.1\r\n\r\n"), R("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\r\n"),
		W("GET /not HTTP/1.1\r\n\r\n") },
	  ">0 CONNECT   (34) 0\n"
	  "<0 200 (38) 100\n" },
	{ "credentials", {
		R("GET / HTTP/1.1\r\nAUTHORIZATION: Bearer   abcdefghijklmnopqrstuvwxyz\r\nAuthorization: short\r\n"
		  "Authorization: Unknown 0123456789012345678901234\r\nX-Mask: 01234567890123456789012\r\nX-Mask: 012345678901234567890123\r\n"
		  "X-Print: \t abc \t\r\nX-Print:\r\nX-Other-Item: no\r\nCookie: no\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nSet-Cookie: secret\r\nset-cookie: two\r\nContent-Length: 0\r\nX-Mask: no\r\n\r\n") },
	  ">0 GET /  [2 m 35/26 s2 abcdwxyz] [2 f 35/26 s2 00f71a5d15ed2c558029673581414f88] [2 p 35/26 s2 ] [2 m 5/5 s0 ] [2 f 5/5 s0 8d18c5ca400be20414f456c69a2a336e] [2 p 5/5 s0 ] [2 m 33/25 s0 01231234] [2 f 33/25 s0 4b6e38ea6ef57533d754dda40250da65] [2 p 33/25 s0 ] [5 m 23/23 s0 ] [5 m 24/24 s0 01230123] [4 f 3/3 s0 bb96c3a813c9903e3325ef616045abb8] [4 f 0/0 s0 a3817f04ba25a8e66df67214c7550293] (267) 0\n"
	  "<0 200 [3 p 6/6 s0 ] [3 p 3/3 s0 ] (87) 0\n" },
	{ "kept values", {
		R("GET / HTTP/1.1\r\nX-Keep: 0123456789abcdef\r\nx-keep: 0123456789abcdefg\r\nX-KEEP:\r\nX-Keep: \xff\xfe z\r\nX-Keepe: no\r\nX-Kee: no\r\n\r\n") },
	  ">0 GET /  [1 k 16/16 s0 0123456789abcdef] [1 k! 17/17 s0 0123456789abcdef] [1 k 0/0 s0 ] [1 k 4/4 s0 \\xff\\xfe\\x20z] (118) 0\n" },
	{ "targets", {
		R("GET http://user:pw@host:80/p;a?page=1 HTTP/1.1\r\n\r\nGET http://u:p@h HTTP/1.1\r\n\r\nGET http://u:p@h?page=3 HTTP/1.1\r\n\r\n"
		  "OPTIONS * HTTP/1.1\r\n\r\nGET /f#frag?page=2 HTTP/1.1\r\n\r\nGET u:p@h HTTP/1.1\r\n\r\nGET //u:p@h/x HTTP/1.1\r\n\r\n") },
	  ">0 GET /p;a page=1 (50) 0\n"
	  ">1 GET /  (29) 0\n"
	  ">2 GET / page=3 (36) 0\n"
	  ">3 OPTIONS *  (22) 0\n"
	  ">4 GET /f  (31) 80\n"
	  ">5 GET /  (22) 80\n"
	  ">6 GET //u:p@h/x  (26) 0\n" },
	{ "queries", {
		R("GET /q?a=1&PAGE=2;page=3&token&=x&&page&b= HTTP/1.1\r\n\r\nGET /q? HTTP/1.1\r\n\r\nGET /q?secret HTTP/1.1\r\n\r\n"
		  "GET /q?page=4?x=/y HTTP/1.1\r\n\r\n") },
	  ">0 GET /q a&PAGE=2&page=3&page&b (55) 0\n"
	  ">1 GET /q  (20) 0\n"
	  ">2 GET /q  (26) 0\n"
	  ">3 GET /q page=4?x=/y (31) 0\n" },
	{ "empty lines before a request, bare line feeds", {
		R("\r\n\r\nGET /l HTTP/1.1\nX-Keep: v\n\n\r\nGET /m HTTP/1.1\r\n\r\n") },
	  ">0 GET /l  [1 k 1/1 s0 v] (27) 20\n"
	  ">1 GET /m  (19) 0\n" },
	{ "folded lines", {
		R("GET / HTTP/1.1\r\nX-Keep: one\r\n two\r\nX-Print: a\r\n\tb\r\nX-Keep: z\r\nAuthorization: Bearer abcdefghijklmnopqrstuvwxyzabcdef\r\n  more\r\n\r\n") },
	  ">0 GET /  [1 k! 3/3 s0 one] [4 f! 1/1 s0 ] [1 k 1/1 s0 z] [2 m! 39/32 s2 ] [2 f! 39/32 s2 ] [2 p! 39/32 s2 ] (128) 10\n" },
	{ "malformed lines", {
		R("GET / HTTP/1.1\r\nno colon here\r\nX-Keep : blank\r\n: empty\r\nX-Keep: v\r\n"
		  "a-very-long-name-that-goes-on-and-on-and-on-until-it-is-more-than-64-bytes-long: x\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] (153) 80\n" },
	{ "lengths that agree", {
		R("POST /x HTTP/1.1\r\nContent-Length: 3, 3\r\nContent-Length: 3\r\n\r\nabcGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (64) 0\n"
	  ">1 GET /y  (19) 0\n" },
	{ "both lengths: chunked counts", {
		R("POST /x HTTP/1.1\r\nContent-Length: 300\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (74) 40\n"
	  ">1 GET /y  (19) 0\n" },
	{ "lengths that differ, response", {
		R("GET /x HTTP/1.1\r\n\r\n"), W("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc") },
	  ">0 GET /x  (19) 0\n"
	  "<0 200 (0 open) 440\n" },
	{ "lengths that differ, request", {
		R("POST /x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc"), R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (58) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "a length that overflows", {
		R("POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\nabc"), R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (61) c0\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "a chunk size that is none", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"), R("GET /y HTTP/1.1\r\n\r\n"),
		W(OK_EMPTY) },
	  ">0 POST /x  (49) 80\n"
	  ">1 GET /y  (19) 4\n"
	  "<0 200 (38) 0\n", 1 },
	{ "a response that nobody asked for", {
		W(OK_EMPTY), R("GET /y HTTP/1.1\r\n\r\n"), W(OK_EMPTY) },
	  ">0 GET /y  (19) 0\n"
	  "<0 200 (38) 2\n", 1 },
	{ "bytes that are no HTTP, then a request", {
		R("\x16\x03\x01 hello"), R("GET /y HTTP/1.1\r\nX-Keep: a\r\n\r\n"), W(OK_EMPTY) },
	  ">0 GET /y  [1 k 1/1 s0 a] (30) 2\n"
	  "<0 200 (38) 0\n", 1 },
	{ "the HTTP/2 preface", {
		R("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), R("GET /y HTTP/1.1\r\n\r\n") },
	  "", 1 },
	{ "the longest name that a rule can have", {
		R("GET / HTTP/1.1\r\nX-A-Name-Of-Exactly-Sixty-Four-Bytes-Which-Is-The-Longest-Of-All: v\r\n"
		  "X-A-Name-Of-Exactly-Sixty-Four-Bytes-Which-Is-The-Longest-Of-Allx: no\r\n\r\n") },
	  ">0 GET /  [7 k 1/1 s0 v] (158) 0\n" },
