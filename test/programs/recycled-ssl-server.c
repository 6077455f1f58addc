// A TLS server that keeps all its connections on three SSL objects, recycled with SSL_clear: one address of an SSL object
// stands for many connections, one after the other. Usage: recycled-ssl-server CERT KEY; prints its port.
#include "tls-listener.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OBJECTS = 3, HEAD_MAX = 16384 };

struct slot {
	SSL *ssl;
	int fd;
	size_t length;
	char head[HEAD_MAX + 1];
};

static void recycle(struct slot *slot)
{
	SSL_shutdown(slot->ssl);
	close(slot->fd);
	SSL_clear(slot->ssl);
	slot->fd = -1;
	slot->length = 0;
}

// Answers every complete request in the buffer; returns 0 when the connection is to be closed.
static int answer(struct slot *slot)
{
	for (;;) {
		slot->head[slot->length] = 0;
		char *end = strstr(slot->head, "\r\n\r\n");
		if (!end)
			return slot->length < HEAD_MAX;
		size_t used = (size_t)(end + 4 - slot->head);
		static const char response[] =
			"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\nok\n";
		if (SSL_write(slot->ssl, response, sizeof(response) - 1) <= 0)
			return 0;
		memmove(slot->head, slot->head + used, slot->length - used);
		slot->length -= used;
	}
}

static int serve(struct slot *slot)
{
	do {
		int n = SSL_read(slot->ssl, slot->head + slot->length, (int)(HEAD_MAX - slot->length));
		if (n <= 0)
			return 0;
		slot->length += (size_t)n;
		if (!answer(slot))
			return 0;
	} while (SSL_pending(slot->ssl) > 0);
	return 1;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return fprintf(stderr, "usage: %s CERT KEY\n", argv[0]), 2;
	signal(SIGPIPE, SIG_IGN);
	SSL_CTX *context = context_with(TLS_server_method(), argv[1], argv[2]);
	if (!context)
		return 1;
	int listener = listen_at_printed_port();
	if (listener < 0)
		return 1;

	static struct slot slots[OBJECTS];
	for (int i = 0; i < OBJECTS; i++) {
		slots[i].ssl = SSL_new(context);
		slots[i].fd = -1;
	}
	for (;;) {
		struct pollfd waits[OBJECTS + 1];
		int free_slot = -1;
		for (int i = 0; i < OBJECTS; i++) {
			waits[i] = (struct pollfd){ .fd = slots[i].fd, .events = POLLIN };
			if (slots[i].fd < 0)
				free_slot = i;
		}
		waits[OBJECTS] = (struct pollfd){ .fd = free_slot < 0 ? -1 : listener, .events = POLLIN };
		if (poll(waits, OBJECTS + 1, -1) < 0)
			return perror("poll"), 1;
		for (int i = 0; i < OBJECTS; i++)
			if (waits[i].revents && !serve(&slots[i]))
				recycle(&slots[i]);
		if (waits[OBJECTS].revents & POLLIN) {
			struct slot *slot = &slots[free_slot];
			slot->fd = accept(listener, NULL, NULL);
			SSL_set_fd(slot->ssl, slot->fd);
			if (SSL_accept(slot->ssl) != 1)
				recycle(slot);
		}
	}
}
