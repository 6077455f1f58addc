// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Writes the cases as scripts for the fuzzer: build/seeds DIRECTORY */
#include "cases.h"
#include <stdio.h>

#define SCRIPT_MAX 16384	/* as fuzz.c has it */

static int script_bytes(const struct test_case *c)
{
	int bytes = 1;

	for (int s = 0; s < 8 && c->steps[s].bytes; s++)
		bytes += 2 + c->steps[s].size;
	return bytes;
}

int main(int count, char **arguments)
{
	char path[4096];

	for (unsigned int i = 0; count > 1 && i < sizeof(cases) / sizeof(*cases); i++) {
		FILE *f;

		if (script_bytes(&cases[i]) > SCRIPT_MAX)
			continue;
		snprintf(path, sizeof(path), "%s/case-%u", arguments[1], i);
		f = fopen(path, "w");
		if (!f)
			return 1;
		fputc(3, f);
		for (int s = 0; s < 8 && cases[i].steps[s].bytes; s++) {
			const struct case_step *step = &cases[i].steps[s];

			fputc(step->direction | (step->size & 127) << 1, f);
			fputc(step->size >> 7, f);
			fwrite(step->bytes, 1, step->size, f);
		}
		fclose(f);
	}
	return 0;
}
