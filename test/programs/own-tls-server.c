/*
 * Holds a TCP socket and exports OpenSSL's functions itself, as a program does that was linked with its own copy. Says
 * that it listens, and ends with its standard input.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

int SSL_read(void *ssl, void *buffer, int size) { (void)ssl, (void)buffer; return size; }
int SSL_write(void *ssl, const void *buffer, int size) { (void)ssl, (void)buffer; return size; }

int main(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1))
		return 1;
	puts("listening");
	fflush(stdout);
	return getchar() != EOF;
}
