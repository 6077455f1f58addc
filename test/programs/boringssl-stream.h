// A connection with or without BoringSSL, and the HTTP/1.1 messages that come over it, for the server and the client of tests.
#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { BUFFER_MAX = 65536 };

struct stream {
	SSL *ssl; // none: in clear
	int fd;
	size_t length;
	char buffer[BUFFER_MAX + 1];
};

static int stream_read(struct stream *s)
{
	size_t room = BUFFER_MAX - s->length;
	long n = s->ssl ? SSL_read(s->ssl, s->buffer + s->length, (int)room)
			: read(s->fd, s->buffer + s->length, room);
	if (n <= 0)
		return 0;
	s->length += (size_t)n;
	s->buffer[s->length] = 0;
	return 1;
}

static int stream_write(struct stream *s, const char *bytes, size_t length)
{
	while (length > 0) {
		long n = s->ssl ? SSL_write(s->ssl, bytes, (int)length) : write(s->fd, bytes, length);
		if (n <= 0)
			return 0;
		bytes += n;
		length -= (size_t)n;
	}
	return 1;
}

static void stream_drop(struct stream *s, size_t used)
{
	memmove(s->buffer, s->buffer + used, s->length - used + 1);
	s->length -= used;
}

static int stream_skip(struct stream *s, size_t length)
{
	while (s->length < length) {
		length -= s->length;
		stream_drop(s, s->length);
		if (!stream_read(s))
			return 0;
	}
	stream_drop(s, length);
	return 1;
}

// Reads until `mark` is there; returns the length with it, 0 where the connection ends first.
static size_t stream_until(struct stream *s, const char *mark)
{
	char *found;
	while (!(found = strstr(s->buffer, mark)))
		if (!stream_read(s))
			return 0;
	return (size_t)(found - s->buffer) + strlen(mark);
}

static int skip_chunks(struct stream *s)
{
	size_t length;
	do {
		size_t line = stream_until(s, "\r\n");
		if (!line)
			return 0;
		length = strtoul(s->buffer, NULL, 16);
		stream_drop(s, line);
		if (!stream_skip(s, length + 2))
			return 0;
	} while (length > 0);
	return 1;
}

// Takes one message off the stream; its start line goes to `start`. Returns 0 where the connection ends first.
static int stream_message(struct stream *s, char *start, size_t start_max)
{
	size_t head = stream_until(s, "\r\n\r\n");
	if (!head)
		return 0;
	snprintf(start, start_max, "%.*s", (int)strcspn(s->buffer, "\r"), s->buffer);
	s->buffer[head - 1] = 0;
	const char *sized = strcasestr(s->buffer, "\r\ncontent-length:");
	const char *chunked = strcasestr(s->buffer, "\r\ntransfer-encoding: chunked");
	size_t body = sized ? strtoul(sized + 17, NULL, 10) : 0;
	s->buffer[head - 1] = '\n';
	stream_drop(s, head);
	return chunked ? skip_chunks(s) : stream_skip(s, body);
}

static void stream_close(struct stream *s)
{
	if (s->ssl) {
		SSL_shutdown(s->ssl);
		SSL_free(s->ssl);
	}
	close(s->fd);
	free(s);
}
