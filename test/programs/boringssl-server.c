// A blocking server on BoringSSL, a thread a connection. Usage: boringssl-server [CERT KEY]; prints its port. Answers as every server
// of the matrix does: `x-answer` twice, a body that is chunked below `/chunked/`.
#define _GNU_SOURCE
#include "boringssl-stream.h"
#include "tls-listener.h"
#include <pthread.h>
#include <signal.h>

enum { PIECE = 26, PIECES = 100, CHUNK_PIECES = 25 };
#define HEAD "HTTP/1.1 200 OK\r\nx-answer: one\r\nset-cookie: session=canary-of-a-response-cookie\r\nx-answer: two\r\n"
static const char piece[PIECE + 1] = "canary-of-a-response-body ";
static SSL_CTX *context;

static size_t add(char *out, size_t at, const char *text)
{
	size_t length = strlen(text);
	memcpy(out + at, text, length);
	return at + length;
}

static int answer(struct stream *s, int chunked)
{
	char out[8192], line[64];
	size_t at = add(out, 0, HEAD);
	snprintf(line, sizeof(line), "content-length: %d\r\n\r\n", PIECE * PIECES);
	at = add(out, at, chunked ? "transfer-encoding: chunked\r\n\r\n" : line);
	for (int i = 0; i < PIECES; i++) {
		if (chunked && i % CHUNK_PIECES == 0) {
			snprintf(line, sizeof(line), "%s%x\r\n", i ? "\r\n" : "", PIECE * CHUNK_PIECES);
			at = add(out, at, line);
		}
		at = add(out, at, piece);
	}
	if (chunked)
		at = add(out, at, "\r\n0\r\n\r\n");
	return stream_write(s, out, at);
}

static void *serve(void *argument)
{
	struct stream *s = argument;
	char start[4096];
	if (context) {
		s->ssl = SSL_new(context);
		SSL_set_fd(s->ssl, s->fd);
	}
	if (!s->ssl || SSL_accept(s->ssl) == 1)
		while (stream_message(s, start, sizeof(start)) && answer(s, strstr(start, "/chunked/") != NULL))
			;
	stream_close(s);
	return NULL;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc > 2 && !(context = context_with(TLS_method(), argv[1], argv[2])))
		return 1;
	int listener = listen_at_printed_port();
	if (listener < 0)
		return 1;
	for (;;) {
		struct stream *s = calloc(1, sizeof(*s));
		pthread_t thread;
		s->fd = accept(listener, NULL, NULL);
		if (s->fd < 0 || pthread_create(&thread, NULL, serve, s))
			return perror("accept"), 1;
		pthread_detach(thread);
	}
}
