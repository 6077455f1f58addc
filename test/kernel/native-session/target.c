/* A program with one function to probe: for each number on standard input it calls it so many times, then answers. */
#include <stdio.h>

__attribute__((noinline)) int called(int n)
{
	__asm__ volatile("" ::: "memory");
	return n + 1;
}

int main(void)
{
	char line[64];
	int count, sum;

	while (fgets(line, sizeof(line), stdin)) {
		count = sum = 0;
		sscanf(line, "%d", &count);
		for (int i = 0; i < count; i++)
			sum = called(sum);
		printf("%d\n", sum);
		fflush(stdout);
	}
	return 0;
}
