/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 3.2.2: targets in absolute form, and whose host a request is for. */
	{ "9112-3.2.2 absolute-form with upper-case scheme", {
		R("GET HTTP://HOST/a?page=1 HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /a page=1 (37) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form with an IPv6 address and a port", {
		R("GET https://[2001:db8::1]:8443/v6?x=1 HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /v6 x (50) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form, user info with more than one at sign", {
		R("GET http://user@mail:p@ss@host/p HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /p  (45) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form, user info that goes on to a question mark", {
		R("GET http://user:pw?rd@host/p HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  (41) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form of another scheme", {
		R("GET ftp://user:pw@host/p?page=1 HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /p page=1 (44) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form without an authority", {
		R("GET file:///p HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  (26) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-4.2.1 absolute-form whose user info comes after an empty host", {
		R("GET http:///user:pw@host/p?page=1 HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  (46) 80\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form counts, and not the field Host", {
		R("GET http://one:81/p HTTP/1.1\r\nHost: two\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /p  [8 k 6/6 s0 one:81] (43) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form, whose user info is no host", {
		R("GET http://u:p@one?x HTTP/1.1\r\nhost: two\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [8 k 3/3 s0 one] (44) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form, whose host nobody can tell", {
		R("GET http://u@p@one/ HTTP/1.1\r\nHost: two\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [8 k 0/0 s0 ] (43) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form, a password that goes on to a question mark is no port", {
		R("GET http://user:pw?rd@host/p HTTP/1.1\r\nHost: two\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /  [8 k 0/0 s0 ] (52) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form, a port of more digits than there are", {
		R("GET http://user:123456/p HTTP/1.1\r\nHost: two\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /p  [8 k 0/0 s0 ] (48) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form, host and port of an IPv6 address", {
		R("GET http://u:p@[::1]:8443/p HTTP/1.1\r\nHost: two\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /p  [8 k 10/10 s0 [::1]:8443] (51) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form, an IPv6 address alone", {
		R("GET http://[2001:db8::1]/p HTTP/1.1\r\nHost: two\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /p  [8 k 13/13 s0 [2001:db8::1]] (50) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2.2 absolute-form, an empty port", {
		R("GET http://one:/p HTTP/1.1\r\nHost: two\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /p  [8 k 4/4 s0 one:] (41) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-3.2 a field Host of a target in origin form", {
		R("GET /p HTTP/1.1\r\nHost: two\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /p  [8 k 3/3 s0 two] (30) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
