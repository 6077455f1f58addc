/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 4: the status line. */
	{ "9112-4 no reason, its blank there", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (36) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-4 no reason and no blank", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (35) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-4 a reason of blanks, tabs and bytes beyond ASCII", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 404 \t Nicht gefunden \xfc\xff \r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 404 (56) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-4 a reason that looks like a header line", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 Content-Length: 5\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (53) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-15 a status that is not registered", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 299 Odd\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 299 (39) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-15 a status beyond 599 goes as it was sent", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 999 (39) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-2.5 a response of a higher minor version", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.5 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-2.2 empty lines before a status line", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-4 a status that is none: two digits", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a status that is none: four digits", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a status that is none: letters", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 2xx OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a status that is none: below 100", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a status that is none: two blanks", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a status that is none: tabs", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1\t200\tOK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a status that is none: no blank behind it", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a response's version that is none: HTTP/2", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/2 200\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a response's version that is none: lower case", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a response's version that is none: two digits", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("HTTP/1.10 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
	{ "9112-4 a response's version that is none: another protocol", {
		R("GET /x HTTP/1.1\r\n\r\n"),
		W("ICY 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /x  (19) 0\n"
	  ">1 GET /y  (19) 0\n", 1 },
