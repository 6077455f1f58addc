/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 2.3: HTTP/1.DIGIT in upper case, and nothing else. */
	{ "9112-2.3 HTTP/1.0 with keep-alive and a length", {
		R("GET /v HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /v  (43) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-2.5 a higher minor version is taken as the highest known", {
		R("GET /v HTTP/1.2\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /v  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-2.5 the highest minor version", {
		R("GET /v HTTP/1.9\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /v  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.3 a version that is none: lower case", {
		R("GET /v http/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: two digits", {
		R("GET /v HTTP/1.10\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: a leading zero", {
		R("GET /v HTTP/01.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: no minor version", {
		R("GET /v HTTP/1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: no digit", {
		R("GET /v HTTP/1.\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: a letter", {
		R("GET /v HTTP/1.x\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: 0.9", {
		R("GET /v HTTP/0.9\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: 2.0 in text", {
		R("GET /v HTTP/2.0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: another name", {
		R("GET /v HTTPS/1.1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: another protocol", {
		R("GET /v RTSP/1.0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none: a comma", {
		R("GET /v HTTP/1,1\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "1945-4.1 a simple request of HTTP/0.9", {
		R("GET /v\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 2\n"
	  "<0 200 (38) 0\n", 1, COUNTER_NOT_HTTP },
	{ "9112-2.3 a version that is none, in step before", {
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /v HTTP/2.0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  ">1 GET /y  (19) 4\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n", 1 },
