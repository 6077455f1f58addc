/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* RFC 9110 sections 7.8 and 9.3.6: where HTTP/1 ends on a connection. */
	{ "9110-9.3.6 CONNECT that is refused, and asked again", {
		W("CONNECT h:443 HTTP/1.1\r\n\r\n"),
		R("HTTP/1.1 407 No\r\nContent-Length: 3\r\n\r\nwhy"),
		W("CONNECT h:443 HTTP/1.1\r\n\r\n"),
		R("HTTP/1.1 200 OK\r\n\r\n"),
		W("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 CONNECT   (26) 0\n"
	  ">1 CONNECT   (26) 0\n"
	  "<0 407 (41) 0\n"
	  "<1 200 (19) 100\n" },
	{ "9112-6.3 a 2xx to CONNECT has no body, whatever it says", {
		W("CONNECT h:443 HTTP/1.1\r\n\r\n"),
		R("HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\n"
		  "Content-Length: 0\r\n\r\n") },
	  ">0 CONNECT   (26) 0\n"
	  "<0 204 (66) 100\n" },
	{ "9110-9.3.6 a redirect of CONNECT has a body", {
		W("CONNECT h:443 HTTP/1.1\r\n\r\n"),
		R("HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
		W("GET /y HTTP/1.1\r\n\r\n"),
		R("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 CONNECT   (26) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 302 (61) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-9.3.6 CONNECT behind another request", {
		W("GET /y HTTP/1.1\r\n\r\nCONNECT h:443 HTTP/1.1\r\n\r\n"),
		R("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n\x16\x03\x03"),
		W("\x16\x03\x01") },
	  ">0 GET /y  (19) 0\n"
	  ">1 CONNECT   (26) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (19) 100\n" },
	{ "9110-7.8 an upgrade that the server does not take", {
		R("GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  ">0 GET /ws  (61) 0\n"
	  ">1 GET /y  (19) 0\n"
	  "<0 200 (38) 0\n"
	  "<1 200 (38) 0\n" },
	{ "9110-7.8 an upgrade with a body, taken behind it", {
		R("POST /ws HTTP/1.1\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nab"),
		W("HTTP/1.1 101 Switching Protocols\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\n"
		  "Content-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  ">0 POST /ws  (54) 0\n"
	  "<0 101 (55) 100\n" },
	{ "7540-3.2 an upgrade to h2c", {
		R("GET /h2c HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
		  "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"),
		W("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
		  "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00" "d"),
		R("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00") },
	  ">0 GET /h2c  (114) 0\n"
	  "<0 101 (71) 100\n" },
	{ "9110-15.2.2 a 101 after a 100", {
		R("GET /ws HTTP/1.1\r\nUpgrade: x\r\n\r\n"),
		W("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\nanything") },
	  ">0 GET /ws  (32) 0\n"
	  "<0 101 (36) 100\n" },
