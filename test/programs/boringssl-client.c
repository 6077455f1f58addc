// A blocking client on BoringSSL: one connection. Usage: boringssl-client PORT tls|clear; standard input is the number of requests on a
// line, and for each its length on a line and its bytes.
#define _GNU_SOURCE
#include "boringssl-stream.h"

int main(int argc, char **argv)
{
	if (argc != 3)
		return fprintf(stderr, "usage: %s PORT tls|clear\n", argv[0]), 2;
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				       .sin_port = htons((unsigned short)atoi(argv[1])) };
	struct stream *s = calloc(1, sizeof(*s));
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(s->fd, (struct sockaddr *)&address, sizeof(address)))
		return perror("connect"), 1;
	if (!strcmp(argv[2], "tls")) {
		s->ssl = SSL_new(SSL_CTX_new(TLS_method()));
		SSL_set_fd(s->ssl, s->fd);
		if (SSL_connect(s->ssl) != 1)
			return ERR_print_errors_fp(stderr), 1;
	}
	static char request[BUFFER_MAX];
	char start[256];
	int count;
	size_t length;
	if (scanf("%d", &count) != 1)
		return fprintf(stderr, "no requests\n"), 2;
	for (; count > 0; count--) {
		if (scanf("%zu", &length) != 1 || length > sizeof(request) || getchar() != '\n' ||
		    fread(request, 1, length, stdin) != length)
			return fprintf(stderr, "no whole request\n"), 2;
		if (!stream_write(s, request, length) || !stream_message(s, start, sizeof(start)) || !strstr(start, " 200 "))
			return fprintf(stderr, "no answer\n"), 1;
	}
	stream_close(s);
	return 0;
}
