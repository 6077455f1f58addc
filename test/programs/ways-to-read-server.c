// A TLS server for one connection at a time that reads in a way that it is told. Usage: ways-to-read-server CERT KEY WAY; prints its port.
//   fd      from the socket that OpenSSL was given
//   peek    the same, each read peeked at before
//   bytes   the same, a byte at a time
//   bio     through a BIO of its own, which reads from the socket while OpenSSL waits for it
//   memory  through memory: it reads ciphertext from the socket, and then asks OpenSSL for what was in it
#include "tls-listener.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_MAX = 16384 };

static const char *way;
static int fd;
static BIO *from_network, *to_network;

static int own_read(BIO *bio, char *buffer, int size)
{
	BIO_clear_retry_flags(bio);
	return (int)read(fd, buffer, (size_t)size);
}

static int own_write(BIO *bio, const char *buffer, int size)
{
	BIO_clear_retry_flags(bio);
	return (int)write(fd, buffer, (size_t)size);
}

static long own_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio, (void)number, (void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static BIO *own_bio(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "own");
	BIO_meth_set_read(method, own_read);
	BIO_meth_set_write(method, own_write);
	BIO_meth_set_ctrl(method, own_control);
	BIO *bio = BIO_new(method);
	BIO_set_init(bio, 1);
	return bio;
}

// Ciphertext that waits goes out, and some comes in. 0: the connection has ended.
static int move_ciphertext(void)
{
	char buffer[32768];
	int waiting = BIO_read(to_network, buffer, sizeof(buffer));
	if (waiting > 0)
		return write(fd, buffer, (size_t)waiting) == waiting;
	ssize_t came = read(fd, buffer, sizeof(buffer));
	return came > 0 && BIO_write(from_network, buffer, (int)came) == (int)came;
}

static void give_socket(SSL *ssl)
{
	if (!strcmp(way, "memory")) {
		from_network = BIO_new(BIO_s_mem());
		to_network = BIO_new(BIO_s_mem());
		SSL_set_bio(ssl, from_network, to_network);
	} else if (!strcmp(way, "bio")) {
		BIO *bio = own_bio();
		SSL_set_bio(ssl, bio, bio);
	} else {
		SSL_set_fd(ssl, fd);
	}
	SSL_set_accept_state(ssl);
}

static int read_some(SSL *ssl, char *buffer, int size)
{
	for (;;) {
		int peeked = !strcmp(way, "peek") ? SSL_peek(ssl, buffer, size) : 1;
		int n = peeked > 0 ? SSL_read(ssl, buffer, strcmp(way, "bytes") ? size : 1) : peeked;
		if (n > 0 || SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ || !to_network)
			return n;
		if (!move_ciphertext())
			return -1;
	}
}

static void serve(SSL *ssl)
{
	static char head[HEAD_MAX + 1];
	static const char response[] = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok\n";
	size_t length = 0;
	for (;;) {
		int n = read_some(ssl, head + length, (int)(HEAD_MAX - length));
		if (n <= 0)
			return;
		length += (size_t)n;
		head[length] = 0;
		if (!strstr(head, "\r\n\r\n"))
			continue;
		length = 0;
		if (SSL_write(ssl, response, sizeof(response) - 1) <= 0)
			return;
		while (to_network && BIO_ctrl_pending(to_network))
			if (!move_ciphertext())
				return;
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return fprintf(stderr, "usage: %s CERT KEY WAY\n", argv[0]), 2;
	way = argv[3];
	signal(SIGPIPE, SIG_IGN);
	SSL_CTX *context = context_with(TLS_server_method(), argv[1], argv[2]);
	int listener = context ? listen_at_printed_port() : -1;
	if (listener < 0)
		return 1;
	for (;;) {
		fd = accept(listener, NULL, NULL);
		SSL *ssl = SSL_new(context);
		give_socket(ssl);
		serve(ssl);
		SSL_free(ssl);
		close(fd);
	}
}
