/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 5.2: lines that go on. */
	{ "9112-5.2 a fold in a value that is not looked at", {
		R("GET / HTTP/1.1\r\nX-Long: one\r\n two\r\n\tthree\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (56) 10\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.2 a value that begins in its fold", {
		R("GET / HTTP/1.1\r\nX-Keep:\r\n v\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k! 0/0 s0 ] (31) 10\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.2 a fold of whitespace alone", {
		R("GET / HTTP/1.1\r\nX-Keep: v\r\n \t\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k! 1/1 s0 v] [1 k 1/1 s0 w] (44) 10\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.2 a fold that looks like a header line", {
		R("GET / HTTP/1.1\r\nA: b\r\n X-Keep: v\r\n Content-Length: 5\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (67) 10\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.2 a fold in a name", {
		R("GET / HTTP/1.1\r\nX-Ke\r\n ep: v\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (43) 90\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.2 a fold before the colon", {
		R("GET / HTTP/1.1\r\nX-Keep\r\n : v\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 w] (43) 90\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.2 a fold behind a line of LF alone", {
		R("GET / HTTP/1.1\r\nX-Keep: v\n w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k! 1/1 s0 v] (32) 30\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.2 a credential that is folded after its scheme", {
		R("GET / HTTP/1.1\r\nAuthorization: Bearer\r\n abcdefghijklmnopqrstuvwxyzabcdef\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [2 m! 6/6 s0 ] [2 f! 6/6 s0 ] [2 p! 6/6 s0 ] (76) 10\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.2 a fold in a response", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nX-Keep: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 [1 k! 1/1 s0 a] (53) 10\n"
	  "<1 200 (38) 0\n" },
	{ "9112-5.2 a fold in a content-length", {
		R("POST /x HTTP/1.1\r\nContent-Length: 1\r\n 0\r\n\r\n0123456789"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (43) 90\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.2 a content-length that begins in its fold", {
		R("POST /x HTTP/1.1\r\nContent-Length:\r\n 5\r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (41) 90\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.2 a content-length with a fold of whitespace", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\n \r\n\r\nhello"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (42) 90\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.2 a transfer-encoding that begins in its fold", {
		R("POST /x HTTP/1.1\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (50) 90\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-5.2 a transfer-encoding with a fold, beside a length", {
		R("POST /x HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: gzip,\r\n chunked\r\n\r\n0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (75) 90\n"
	  ">1 GET /y  (19) 4\n", 1 },
