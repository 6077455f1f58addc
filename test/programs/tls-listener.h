// How TLS servers of tests begin: with their certificate, and at a port that they print.
#pragma once
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/socket.h>

// Returns NULL, having said why, where a file is not as it should be.
static SSL_CTX *context_with(const SSL_METHOD *method, const char *certificate, const char *key)
{
	SSL_CTX *context = SSL_CTX_new(method);
	if (SSL_CTX_use_certificate_file(context, certificate, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1)
		return context;
	ERR_print_errors_fp(stderr);
	return NULL;
}

// A listener on 127.0.0.1, at a port that is free and printed; -1, having said why, where there is none.
static int listen_at_printed_port(void)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 128) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		return perror("listen"), -1;
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return listener;
}
