// Makes one cheap system call again and again. Reads lines `ID CALL MILLISECONDS`, answers each with
// `ID CALLS CPU_NS WALL_NS` when the time is over. CALL is `read` (a byte of /dev/zero), `write` (a byte into a pipe, which
// is emptied by one read in 4,096 calls), `exchange` (a byte sent through a pair of sockets or received from it, in turn) or `getppid`.
// Ends with 1 where a call does not do what it should.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { CALLS_BETWEEN_LOOKS = 4096 };

static int zero, pipe_ends[2], sockets[2];
static char bytes[CALLS_BETWEEN_LOOKS];

static long long now_ns(clockid_t clock)
{
	struct timespec at;

	clock_gettime(clock, &at);
	return at.tv_sec * 1000000000LL + at.tv_nsec;
}

/* @returns how many calls did what they should */
static long call_some(const char *call)
{
	long done = 0;

	if (!strcmp(call, "read")) {
		for (int i = 0; i < CALLS_BETWEEN_LOOKS; i++)
			done += syscall(SYS_read, zero, bytes, 1) == 1;
	} else if (!strcmp(call, "write")) {
		for (int i = 0; i < CALLS_BETWEEN_LOOKS; i++)
			done += syscall(SYS_write, pipe_ends[1], bytes, 1) == 1;
		if (read(pipe_ends[0], bytes, CALLS_BETWEEN_LOOKS) != CALLS_BETWEEN_LOOKS)
			return 0;
	} else if (!strcmp(call, "exchange")) {
		for (int i = 0; i < CALLS_BETWEEN_LOOKS; i++)
			done += (i % 2 ? recv(sockets[1], bytes, 1, 0) : send(sockets[0], bytes, 1, 0)) == 1;
	} else if (!strcmp(call, "getppid")) {
		for (int i = 0; i < CALLS_BETWEEN_LOOKS; i++)
			done += syscall(SYS_getppid) > 0;
	}
	return done;
}

int main(void)
{
	char call[16];
	long id, milliseconds;

	zero = open("/dev/zero", O_RDONLY);
	if (zero < 0 || pipe(pipe_ends) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		return 1;
	while (scanf("%ld %15s %ld", &id, call, &milliseconds) == 3) {
		long long begun = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID), passed;
		long calls = 0;

		do {
			if (call_some(call) != CALLS_BETWEEN_LOOKS)
				return 1;
			calls += CALLS_BETWEEN_LOOKS;
			passed = now_ns(CLOCK_MONOTONIC) - begun;
		} while (passed < milliseconds * 1000000LL);
		printf("%ld %ld %lld %lld\n", id, calls, now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu, passed);
		fflush(stdout);
	}
	return 0;
}
