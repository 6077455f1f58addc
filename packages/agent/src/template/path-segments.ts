/** Segments of a path that are looked at; what is deeper becomes `{rest}`. */
export const SEGMENTS_MAX = 12;

const UNRESERVED = /%(2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])/g;

/**
 * Segments of a path as far as they name a resource: empty ones, a slash at the end, `.` and path parameters (`;v=1`) do
 * not count, `..` takes one back, and percent-encoded letters and digits are themselves.
 */
export const segmentsOf = (path: string): { segments: string[]; rest: boolean } => {
  const segments: string[] = [];
  let start = 1;
  while (start <= path.length) {
    let end = path.indexOf("/", start);
    if (end === -1) end = path.length;
    let segment = path.slice(start, end);
    start = end + 1;
    const parameters = segment.indexOf(";");
    if (parameters !== -1) segment = segment.slice(0, parameters);
    if (segment === "" || segment === ".") continue;
    if (segment === "..") {
      segments.pop();
      continue;
    }
    if (segments.length === SEGMENTS_MAX) return { segments, rest: true };
    segments.push(
      segment.includes("%")
        ? segment.replace(UNRESERVED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        : segment,
    );
  }
  return { segments, rest: false };
};
