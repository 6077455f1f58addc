const SAFE = /[A-Za-z0-9-]/;

/** A name that any file system and any bucket takes, another one for each text: what else it holds is written `_` and its bytes in hex. */
export const safeName = (text: string): string =>
  [...text]
    .map((character) =>
      SAFE.test(character)
        ? character
        : [...new TextEncoder().encode(character)]
            .map((byte) => `_${byte.toString(16).padStart(2, "0")}`)
            .join(""),
    )
    .join("");

/** Where a report is put: the same place at each attempt, another one for each version and form. */
export const reportPath = (
  { tenantId, period, version }: { tenantId: string; period: string; version: number },
  extension: string,
): string[] => [...chunks(safeName(tenantId)), period, `v${version}.${extension}`];

/** File systems take names of 255 bytes; a tenant's id of 128 characters may need more. */
const NAME_MAX = 200;
const chunks = (name: string): string[] => {
  const parts: string[] = [];
  for (let start = 0; start < name.length; start += NAME_MAX) parts.push(name.slice(start, start + NAME_MAX));
  return parts;
};
