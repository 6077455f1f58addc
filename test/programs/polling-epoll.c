// Preloaded into a load generator: epoll_wait() looks again and again and never sleeps, for as long as it was asked to wait. Whoever
// answers a client that sleeps on another CPU wakes it, which in a virtual machine may take longer than the answer.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/epoll.h>
#include <time.h>

static long long now_ms(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000LL + at.tv_nsec / 1000000;
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
	static int (*look)(int, struct epoll_event *, int, int);
	long long until_ms = now_ms() + timeout_ms;
	int found;

	if (!look)
		*(void **)&look = dlsym(RTLD_NEXT, "epoll_wait");
	do
		found = look(epoll, events, most, 0);
	while (!found && (timeout_ms < 0 || now_ms() < until_ms));
	return found;
}
