/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Heads about and beyond the bound of 16 KiB (RFC 9112 section 3 lets a recipient choose one). */
	{ "9112-2.2 a head of nearly 16 KiB", {
		R("POST /b HTTP/1.1\r\nX-Keep: v\r\n" TIMES_64("Filler-0: " TIMES_16("0123456789abcd") "\r\n")
		  "X-Keep: late\r\nContent-Length: 3\r\n\r\nabcGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /b  [1 k 1/1 s0 v] [1 k 4/4 s0 late] (15171) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3 a head of 64 KiB, its length at the start", {
		R("POST /b HTTP/1.1\r\nX-Keep: v\r\nContent-Length: 3\r\nA: " TIMES_4096("0123456789abcdef") "\r\n"
		  "X-Keep: late\r\n\r\nabcGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /b  [1 k 1/1 s0 v] (65608) 1\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3 a head of 64 KiB in lines of LF alone", {
		R("POST /b HTTP/1.1\r\nX-Keep: v\r\nTransfer-Encoding: chunked\r\n"
		  TIMES_1024("A: " TIMES_4("0123456789abc") "\n") "\n0\r\n\r\nGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /b  [1 k 1/1 s0 v] (57407) 21\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3 a head of 64 KiB, its length beyond the bound", {
		R("POST /b HTTP/1.1\r\nX-Keep: v\r\nA: " TIMES_4096("0123456789abcdef") "\r\nContent-Length: 3\r\n"
		  "\r\nabc"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /b  [1 k 1/1 s0 v] (65591) 1\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-3 a head that begins a call and comes in pieces, behind one of 64 KiB that may have a body", {
		R("GET /b HTTP/1.1\r\nA: " TIMES_4096("0123456789abcdef") "\r\n\r\n"),
		R("GET /y HTTP/1.1\r\nX-Ke"), R("ep: v"), R("\r\nContent-Length: 3\r\n\r\nab"), R("cGET /z HTTP/1.1\r\n\r\n") },
	  ">0 GET /b  (65560) 1\n"
	  ">1 GET /y  [1 k 1/1 s0 v] (52) 4\n"
	  ">2 GET /z  (19) 0\n", 1 },
	{ "9112-3 a response head of 64 KiB", {
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nX-Keep: v\r\nContent-Length: 2\r\nA: " TIMES_4096("0123456789abcdef") "\r\n"
		  "\r\nab"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 [1 k 1/1 s0 v] (65592) 1\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3 a request line of 64 KiB", {
		R("GET /" TIMES_4096("0123456789abcdef") " HTTP/1.1\r\nX-Keep: v\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 GET /" TIMES_64("0123456789abcdef") TIMES_64("0123456789abcdef") TIMES_64("0123456789abcdef") TIMES_16("0123456789abcdef") TIMES_16("0123456789abcdef") TIMES_16("0123456789abcdef") TIMES_4("0123456789abcdef") TIMES_4("0123456789abcdef") TIMES_4("0123456789abcdef") "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde  (65565) 1\n"
	  ">1 GET /y  (19) 4\n", 1 },
	{ "9112-3 1,024 lines", {
		R("POST /b HTTP/1.1\r\nX-Keep: v\r\nContent-Length: 3\r\n" TIMES_1024("A: b\r\n") "X-Keep: late\r\n"
		  "\r\nabcGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /b  [1 k 1/1 s0 v] (6211) 1\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3 an interim response of 64 KiB", {
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 103 Early Hints\r\nA: " TIMES_4096("0123456789abcdef") "\r\n\r\nHTTP/1.1 200 OK\r\n"
		  "Content-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n" },
