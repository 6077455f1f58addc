/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 2.2: a line may end in LF alone, and is marked. */
	{ "9112-2.2 all lines", {
		R("GET / HTTP/1.1\nX-Keep: v\nA: b\n\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] (31) 20\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 the request line alone", {
		R("GET / HTTP/1.1\nX-Keep: v\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] (28) 20\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 a header line alone", {
		R("GET / HTTP/1.1\r\nX-Keep: v\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] [1 k 1/1 s0 w] (39) 20\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 the empty line alone", {
		R("GET / HTTP/1.1\r\nX-Keep: v\r\n\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] (28) 20\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 a length behind it", {
		R("POST /x HTTP/1.1\nContent-Length: 5\n\nhelloGET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /x  (41) 20\n"
	  ">1 GET /y  (19) 0\n" },
	{ "9112-2.2 LF CR is no empty line", {
		R("GET / HTTP/1.1\r\nX-Keep: v\n\rX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] (40) a0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 CR CR LF is no empty line", {
		R("GET / HTTP/1.1\r\nX-Keep: v\r\n\r\r\nX-Keep: w\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [1 k 1/1 s0 v] [1 k 1/1 s0 w] (43) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 a response", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\nX-Keep: v\nContent-Length: 2\n\nab"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 [1 k 1/1 s0 v] (47) 20\n"
	  "<1 200 (38) 0\n" },
