/*
 * Leaves a call of its own TLS library by longjmp, and then speaks HTTP in clear from further down its stack. Waits for a line of standard
 * input, prints "done", and ends with its standard input.
 */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static jmp_buf back;
static int ends[2];

__attribute__((noipa)) int SSL_read(void *ssl, void *buffer, int size)
{
	(void)ssl, (void)buffer, (void)size;
	longjmp(back, 1);
}

int SSL_write(void *ssl, const void *buffer, int size)
{
	(void)ssl, (void)buffer;
	return size;
}

static void send_text(int end, const char *text)
{
	char buffer[256];
	if (write(ends[end], text, strlen(text)) < 0 || read(ends[1 - end], buffer, sizeof(buffer)) < 0)
		_exit(1);
}

__attribute__((noinline)) static void exchange_further_down(void)
{
	volatile char room[4096];
	room[0] = room[4095] = 0;
	send_text(0, "GET /further-down HTTP/1.1\r\nhost: a\r\n\r\n");
	send_text(1, "HTTP/1.1 201 S\r\ncontent-length: 0\r\n\r\n");
}

/* So far down that whatever main() does itself, with what the C library puts on the stack for that, is not below. */
__attribute__((noinline)) static void read_down(void)
{
	volatile char room[1024];
	room[0] = room[1023] = 0;
	SSL_read(NULL, NULL, 0);
}

int main(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin) || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return 1;
	if (!setjmp(back))
		read_down();
	if (write(ends[0], "", 0) < 0 || write(STDERR_FILENO, "left\n", 5) < 0)
		return 1;
	exchange_further_down();
	puts("done");
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) != NULL;
}
