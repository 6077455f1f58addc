/* HTTP/1.1 over TLS by GnuTLS, one connection after the other. Usage: gnutls-server CERTIFICATE KEY; says its port. */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/* Answers what comes on one connection: each request in one record. */
static void serve(int descriptor, gnutls_certificate_credentials_t credentials)
{
	char bytes[4096];
	gnutls_session_t session;

	gnutls_init(&session, GNUTLS_SERVER);
	gnutls_set_default_priority(session);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_transport_set_int(session, descriptor);
	if (gnutls_handshake(session) == GNUTLS_E_SUCCESS)
		while (gnutls_record_recv(session, bytes, sizeof(bytes)) > 0)
			gnutls_record_send(session, answer, strlen(answer));
	gnutls_deinit(session);
	close(descriptor);
}

int main(int count, char **arguments)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(address);
	gnutls_certificate_credentials_t credentials;
	int listener = socket(AF_INET, SOCK_STREAM, 0), descriptor;

	if (count != 3 || gnutls_certificate_allocate_credentials(&credentials) ||
	    gnutls_certificate_set_x509_key_file(credentials, arguments[1], arguments[2], GNUTLS_X509_FMT_PEM) < 0)
		return 1;
	if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&address, &length))
		return 1;
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	while ((descriptor = accept(listener, 0, 0)) >= 0)
		serve(descriptor, credentials);
	return 0;
}
