// A TLS server for one connection at a time that writes in a way that it is told. Usage: ways-to-write-server CERT KEY WAY BYTES; prints its
// port, and after each response how often it had to ask again. Each body has so many bytes, and is full of what looks like heads.
//   once      all of a response in one call
//   again     the same, asked for again from elsewhere in memory until the socket has taken it
//   partly    what a call takes of it, and then the rest
//   small     in records of 512 bytes
//   lot       in several records that the cipher makes at once
//   lotagain  the same, asked for again
//   old       with an empty record before each one (TLS 1.0)
#include "tls-listener.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_MAX = 16384 };
static const char FILLING[] = "HTTP/1.1 500 Oops\r\ncontent-length: 1\r\n\r\n";

static int is_way(const char *way, const char *one, const char *other)
{
	return !strcmp(way, one) || !strcmp(way, other);
}

static void choose_way(SSL_CTX *context, const char *way)
{
	SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!strcmp(way, "partly"))
		SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE);
	if (!strcmp(way, "small"))
		SSL_CTX_set_max_send_fragment(context, 512);
	if (is_way(way, "lot", "lotagain")) {
		SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
		SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0");
		SSL_CTX_set_options(context, SSL_OP_NO_ENCRYPT_THEN_MAC);
	}
	if (!strcmp(way, "old")) {
		SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(context, TLS1_VERSION);
		SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0");
	}
}

static int wait_for(int fd, short events)
{
	struct pollfd waiting = { .fd = fd, .events = events };
	return poll(&waiting, 1, -1) == 1;
}

// 0: the connection has ended.
static int read_head(SSL *ssl, int fd)
{
	static char head[HEAD_MAX + 1];
	size_t length = 0;
	for (;;) {
		int n = SSL_read(ssl, head + length, (int)(HEAD_MAX - length));
		if (n <= 0 && SSL_get_error(ssl, n) == SSL_ERROR_WANT_READ && wait_for(fd, POLLIN))
			continue;
		if (n <= 0)
			return 0;
		length += (size_t)n;
		head[length] = 0;
		if (strstr(head, "\r\n\r\n"))
			return 1;
	}
}

// Each try is from one of two copies. 0: the connection has ended.
static int write_all(SSL *ssl, int fd, char *const copies[2], int size)
{
	int again = 0;
	for (int done = 0; done < size;) {
		int n = SSL_write(ssl, copies[again & 1] + done, size - done);
		if (n > 0) {
			done += n;
			continue;
		}
		if (SSL_get_error(ssl, n) != SSL_ERROR_WANT_WRITE || !wait_for(fd, POLLOUT))
			return 0;
		again++;
	}
	printf("%d\n", again);
	fflush(stdout);
	return 1;
}

static int response_of(int bytes, char **response)
{
	char head[128];
	int length = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n", bytes);
	*response = malloc((size_t)(length + bytes));
	memcpy(*response, head, (size_t)length);
	for (int i = 0; i < bytes; i++)
		(*response)[length + i] = FILLING[i % (sizeof(FILLING) - 1)];
	return length + bytes;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return fprintf(stderr, "usage: %s CERT KEY WAY BYTES\n", argv[0]), 2;
	signal(SIGPIPE, SIG_IGN);
	SSL_CTX *context = context_with(TLS_server_method(), argv[1], argv[2]);
	int listener = context ? listen_at_printed_port() : -1;
	if (listener < 0)
		return 1;
	choose_way(context, argv[3]);
	char *copies[2];
	int size = response_of(atoi(argv[4]), &copies[0]);
	response_of(atoi(argv[4]), &copies[1]);
	for (;;) {
		int fd = accept(listener, NULL, NULL), room = 4096;
		SSL *ssl = SSL_new(context);
		SSL_set_fd(ssl, fd);
		if (is_way(argv[3], "again", "lotagain") || !strcmp(argv[3], "partly")) {
			setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
			fcntl(fd, F_SETFL, O_NONBLOCK);
		}
		SSL_set_accept_state(ssl);
		while (read_head(ssl, fd) && write_all(ssl, fd, copies, size))
			;
		SSL_free(ssl);
		close(fd);
	}
}
