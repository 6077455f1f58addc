/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Bytes that are not HTTP/1 in text: recognised early, left alone, counted. */
	{ "9113-3.4 the preface of HTTP/2", {
		R("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00" "d"),
		W("\x00\x00\x00\x04\x01\x00\x00\x00\x00"),
		R("GET /y HTTP/1.1\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
	  "", 0, COUNTER_HTTP2 },
	{ "9113-3.4 the preface of HTTP/2, by a client", {
		W("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
		R("\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
		W("GET /y HTTP/1.1\r\n\r\n") },
	  "", 0, COUNTER_HTTP2 },
	{ "9113-3.4 the server's settings come before the preface of HTTP/2", {
		W("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00" "d"),
		R("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
		W("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		R("GET /y HTTP/1.1\r\n\r\n") },
	  "", 1, COUNTER_HTTP2 },
	{ "8446-5.1 a TLS record", {
		R("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03GET / HTTP/1.1\r\n\r\n"),
		W("\x16\x03\x03\x00z\x02\x00\x00v\x03\x03"),
		R("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03GET / HTTP/1.1\r\n\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "4253-4.2 SSH", {
		R("SSH-2.0-OpenSSH_9.2\r\n"),
		W("SSH-2.0-OpenSSH_9.2\r\n"),
		R("SSH-2.0-OpenSSH_9.2\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "Redis", {
		R("*2\r\n$3\r\nGET\r\n$1\r\na\r\n"),
		W("$-1\r\n"),
		R("*2\r\n$3\r\nGET\r\n$1\r\na\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "Redis, inline", {
		R("PING\r\n"),
		W("+PONG\r\n"),
		R("PING\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "Redis, inline with an argument", {
		R("GET a\r\n"),
		W("$-1\r\n"),
		R("GET a\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "Postgres", {
		R("\x00\x00\x00\x08\x04\xd2\x16/"),
		W("N"),
		R("\x00\x00\x00\x08\x04\xd2\x16/") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "Postgres, a query", {
		R("Q\x00\x00\x00\x16select 'GET / HTTP'\x00"),
		W("T\x00\x00\x00!\x00\x01"),
		R("Q\x00\x00\x00\x16select 'GET / HTTP'\x00") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "5321-4.1.1 SMTP", {
		R("EHLO example.com\r\n"),
		W("250-example.com\r\n250 OK\r\n"),
		R("EHLO example.com\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "memcached", {
		R("set a 0 0 5\r\nhello\r\n"),
		W("STORED\r\n"),
		R("set a 0 0 5\r\nhello\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "NATS", {
		R("CONNECT {\"verbose\":false}\r\nPING\r\n"),
		W("INFO {}\r\nPONG\r\n"),
		R("CONNECT {\"verbose\":false}\r\nPING\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "MQTT", {
		R("\x10\x10\x00\x04MQTT\x04\x02\x00<\x00\x04test"),
		W(" \x02\x00\x00"),
		R("\x10\x10\x00\x04MQTT\x04\x02\x00<\x00\x04test") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "7826-20 RTSP", {
		R("DESCRIBE rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
		W("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"),
		R("DESCRIBE rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\n\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "3261-7.1 SIP", {
		R("INVITE sip:u@h SIP/2.0\r\n\r\n"),
		W("SIP/2.0 100 Trying\r\n\r\n"),
		R("INVITE sip:u@h SIP/2.0\r\n\r\n") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "a line that never ends", {
		R("word word word word word word word word "),
		W("x"),
		R("word word word word word word word word ") },
	  "", 1 },
	{ "a line that never ends, of 64 KiB", {
		R("GET " TIMES_4096("0123456789abcdef")) },
	  "", 1, COUNTER_NOT_HTTP },
	{ "6455-5.2 WebSocket frames without a handshake", {
		R("\x81\x85\x01\x02\x03\x04ign`n"),
		W("\x81\x05hello") },
	  "", 1, COUNTER_NOT_HTTP },
	{ "nothing but zeroes", {
		R(TIMES_4096("\x00")),
		W(TIMES_4096("\x00")) },
	  "", 1, COUNTER_NOT_HTTP },
