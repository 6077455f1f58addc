// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Writes the cases as scripts for the fuzzer: build/seeds DIRECTORY */
#include "cases.h"
#include <stdio.h>

int main(int count, char **arguments)
{
	char path[4096];

	for (unsigned int i = 0; count > 1 && i < sizeof(cases) / sizeof(*cases); i++) {
		FILE *f;

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
