/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9112 section 9: what belongs to which request, and bytes that belong to none. */
	{ "9112-9.6 a request behind one that closes goes unanswered", {
		R("GET /1 HTTP/1.1\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab") },
	  ">0 GET /1  (38) 0\n"
	  ">1 GET /2  (19) 0\n"
	  "<0 200 (59) 0\n" },
	{ "9112-9.6 bytes behind a response that closes", {
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nabmore than it said") },
	  ">0 GET /y  (19) 0\n"
	  "<0 200 (59) 0\n" },
	{ "9112-6.3 a response longer than its length, then another exchange", {
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab{more}"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (40) 0\n"
	  "<1 200 (38) 4\n", 1 },
	{ "9112-6.3 a response longer than its length, which hides the start of the next", {
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabmore"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (40) 0\n", 1 },
	{ "9110-9.3.2 a body behind HEAD's response is no part of it", {
		R("HEAD /h HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 HEAD /h  (20) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 4\n", 1 },
	{ "9110-9.3.2 a body behind HEAD's response, which hides the start of the next", {
		R("HEAD /h HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 HEAD /h  (20) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n", 1 },
	{ "9112-9.2 a response to no request, between two", {
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		W("HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 4\n", 1 },
	{ "9112-9.2 a response before its request", {
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  "<0 200 (38) 2\n", 1 },
	{ "9112-9.3.2 32 requests before the first response", {
		R("GET /0 HTTP/1.1\r\n\r\nGET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n"
		  "GET /4 HTTP/1.1\r\n\r\nGET /5 HTTP/1.1\r\n\r\nGET /6 HTTP/1.1\r\n\r\nGET /7 HTTP/1.1\r\n\r\n"
		  "GET /8 HTTP/1.1\r\n\r\nGET /9 HTTP/1.1\r\n\r\nGET /10 HTTP/1.1\r\n\r\nGET /11 HTTP/1.1\r\n\r\n"
		  "GET /12 HTTP/1.1\r\n\r\nGET /13 HTTP/1.1\r\n\r\nGET /14 HTTP/1.1\r\n\r\nGET /15 HTTP/1.1\r\n\r\n"
		  "GET /16 HTTP/1.1\r\n\r\nGET /17 HTTP/1.1\r\n\r\nGET /18 HTTP/1.1\r\n\r\nGET /19 HTTP/1.1\r\n\r\n"
		  "GET /20 HTTP/1.1\r\n\r\nGET /21 HTTP/1.1\r\n\r\nGET /22 HTTP/1.1\r\n\r\nGET /23 HTTP/1.1\r\n\r\n"
		  "GET /24 HTTP/1.1\r\n\r\nGET /25 HTTP/1.1\r\n\r\nGET /26 HTTP/1.1\r\n\r\nGET /27 HTTP/1.1\r\n\r\n"
		  "GET /28 HTTP/1.1\r\n\r\nGET /29 HTTP/1.1\r\n\r\nGET /30 HTTP/1.1\r\n\r\nGET /31 HTTP/1.1\r\n"
		  "\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 00\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 01\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 02\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 03\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 04\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 05\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 06\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 07\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 08\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 09\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 10\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 11\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 12\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 13\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 14\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 15\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 16\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 17\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 18\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 19\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 20\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 21\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 22\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 23\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 24\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 25\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 26\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 27\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 28\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 29\r\n"
		  "\r\nabHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Keep: 30\r\n\r\nabHTTP/1.1 200 OK\r\n"
		  "Content-Length: 2\r\nX-Keep: 31\r\n\r\nab") },
	  ">0 GET /0  (19) 0\n"
	  ">1 GET /1  (19) 0\n"
	  ">2 GET /2  (19) 0\n"
	  ">3 GET /3  (19) 0\n"
	  ">4 GET /4  (19) 0\n"
	  ">5 GET /5  (19) 0\n"
	  ">6 GET /6  (19) 0\n"
	  ">7 GET /7  (19) 0\n"
	  ">8 GET /8  (19) 0\n"
	  ">9 GET /9  (19) 0\n"
	  ">10 GET /10  (20) 0\n"
	  ">11 GET /11  (20) 0\n"
	  ">12 GET /12  (20) 0\n"
	  ">13 GET /13  (20) 0\n"
	  ">14 GET /14  (20) 0\n"
	  ">15 GET /15  (20) 0\n"
	  ">16 GET /16  (20) 0\n"
	  ">17 GET /17  (20) 0\n"
	  ">18 GET /18  (20) 0\n"
	  ">19 GET /19  (20) 0\n"
	  ">20 GET /20  (20) 0\n"
	  ">21 GET /21  (20) 0\n"
	  ">22 GET /22  (20) 0\n"
	  ">23 GET /23  (20) 0\n"
	  ">24 GET /24  (20) 0\n"
	  ">25 GET /25  (20) 0\n"
	  ">26 GET /26  (20) 0\n"
	  ">27 GET /27  (20) 0\n"
	  ">28 GET /28  (20) 0\n"
	  ">29 GET /29  (20) 0\n"
	  ">30 GET /30  (20) 0\n"
	  ">31 GET /31  (20) 0\n"
	  "<0 200 [1 k 2/2 s0 00] (52) 0\n"
	  "<1 200 [1 k 2/2 s0 01] (52) 0\n"
	  "<2 200 [1 k 2/2 s0 02] (52) 0\n"
	  "<3 200 [1 k 2/2 s0 03] (52) 0\n"
	  "<4 200 [1 k 2/2 s0 04] (52) 0\n"
	  "<5 200 [1 k 2/2 s0 05] (52) 0\n"
	  "<6 200 [1 k 2/2 s0 06] (52) 0\n"
	  "<7 200 [1 k 2/2 s0 07] (52) 0\n"
	  "<8 200 [1 k 2/2 s0 08] (52) 0\n"
	  "<9 200 [1 k 2/2 s0 09] (52) 0\n"
	  "<10 200 [1 k 2/2 s0 10] (52) 0\n"
	  "<11 200 [1 k 2/2 s0 11] (52) 0\n"
	  "<12 200 [1 k 2/2 s0 12] (52) 0\n"
	  "<13 200 [1 k 2/2 s0 13] (52) 0\n"
	  "<14 200 [1 k 2/2 s0 14] (52) 0\n"
	  "<15 200 [1 k 2/2 s0 15] (52) 0\n"
	  "<16 200 [1 k 2/2 s0 16] (52) 0\n"
	  "<17 200 [1 k 2/2 s0 17] (52) 0\n"
	  "<18 200 [1 k 2/2 s0 18] (52) 0\n"
	  "<19 200 [1 k 2/2 s0 19] (52) 0\n"
	  "<20 200 [1 k 2/2 s0 20] (52) 0\n"
	  "<21 200 [1 k 2/2 s0 21] (52) 0\n"
	  "<22 200 [1 k 2/2 s0 22] (52) 0\n"
	  "<23 200 [1 k 2/2 s0 23] (52) 0\n"
	  "<24 200 [1 k 2/2 s0 24] (52) 0\n"
	  "<25 200 [1 k 2/2 s0 25] (52) 0\n"
	  "<26 200 [1 k 2/2 s0 26] (52) 0\n"
	  "<27 200 [1 k 2/2 s0 27] (52) 0\n"
	  "<28 200 [1 k 2/2 s0 28] (52) 0\n"
	  "<29 200 [1 k 2/2 s0 29] (52) 0\n"
	  "<30 200 [1 k 2/2 s0 30] (52) 0\n"
	  "<31 200 [1 k 2/2 s0 31] (52) 0\n" },
	{ "9112-9.3.2 bytes that are no request between two outstanding: the second response may be to them", {
		R("GET /1 HTTP/1.1\r\n\r\n"),
		R("\x00\x00"),
		R("GET /2 HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /1  (19) 0\n"
	  ">1 GET /2  (19) 4\n"
	  "<0 200 (38) 0\n", 1 },
	{ "9112-9.3.2 a client's, of HTTP/1.0 and 1.1, one response until the end", {
		W("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"),
		R("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.0 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n"
		  "Content-Length: 0\r\n\r\n\x00\xff") },
	  ">0 GET /1  (19) 0\n"
	  ">1 GET /2  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (0 open) 400\n" },
	{ "9112-11.2 a request in a request's body", {
		R("POST /x HTTP/1.1\r\nContent-Length: 38\r\n\r\nGET /inner HTTP/1.1\r\nX-Keep: inner\r\n\r\n"
		  "GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /x  (78) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9112-11.1 a response in a response's body", {
		R("GET /y HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
		  "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /y  (19) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (77) 0\n"
	  "<1 404 (38) 0\n" },
	{ "9112-9.3 an exchange that asks and answers over many calls", {
		R("POST /x HTT"),
		R("P/1.1\r\nContent-Le"),
		R("ngth: 4\r\nX-Keep: sp"),
		R("lit\r\n\r\nbo"),
		R("dy"),
		W("HTTP/1.1 20"),
		W("0 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 POST /x  [1 k 5/5 s0 split] (58) 0\n"
	  "<0 200 (38) 0\n" },
