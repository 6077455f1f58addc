/**
 * Globs of policies. No regular expressions: time grows with the text's length times the pattern's, whatever the text
 * (requests are hostile), and only `*`, `**` and `?` are special.
 */

/** One segment: `*` any characters (none too), `?` one. Never recursive: on a mismatch only the last `*` takes one more. */
const segmentMatches = (glob: string, text: string): boolean => {
  let g = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const c = glob[g];
    if (c === "*") {
      star = g++;
      resume = t;
    } else if (c !== undefined && (c === "?" || c === text[t])) {
      g++;
      t++;
    } else if (star !== -1) {
      g = star + 1;
      t = ++resume;
    } else return false;
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
};

const oneSegmentMatches = (glob: string, text: string): boolean =>
  glob === "*" ? text !== "" : glob === text || segmentMatches(glob, text);

/** Percent-encoded unreserved characters mean themselves (RFC 3986, section 6.2.2.2). */
const decodeUnreserved = (path: string): string =>
  path.includes("%")
    ? path.replace(/%([2-7][0-9A-Fa-f])/g, (whole, hex: string) => {
        const c = String.fromCharCode(Number.parseInt(hex, 16));
        return /[A-Za-z0-9\-._~]/.test(c) ? c : whole;
      })
    : path;

export type Matcher = (text: string) => boolean;

const compileSegments = (glob: string): ((segments: readonly string[]) => boolean) => {
  const pattern = glob.split("/");
  return (segments) => {
    let p = 0;
    let s = 0;
    let star = -1;
    let resume = 0;
    while (s < segments.length) {
      const part = pattern[p];
      if (part === "**") {
        star = p++;
        resume = s;
      } else if (part !== undefined && oneSegmentMatches(part, segments[s] as string)) {
        p++;
        s++;
      } else if (star !== -1) {
        p = star + 1;
        s = ++resume;
      } else return false;
    }
    while (pattern[p] === "**") p++;
    return p === pattern.length;
  };
};

/**
 * A path glob: `*` within a segment (alone: at least one character), `**` as a whole segment for any number of segments,
 * none too (`/v1/**` matches `/v1` and all below), `?` one character. The path is compared as it was sent, except that
 * percent-encoded unreserved characters are decoded.
 */
export const compilePathGlob = (glob: string): Matcher => {
  if (!/[*?]/.test(glob)) {
    const literal = decodeUnreserved(glob);
    return (path) => decodeUnreserved(path) === literal;
  }
  const matches = compileSegments(decodeUnreserved(glob));
  return (path) => matches(decodeUnreserved(path).split("/"));
};

/** A glob over absolute file names, with the wildcards of {@link compilePathGlob}; nothing is decoded. */
export const compileExecutableGlob = (glob: string): Matcher => {
  if (!/[*?]/.test(glob)) return (path) => path === glob;
  const matches = compileSegments(glob);
  return (path) => matches(path.split("/"));
};

/** A host as it is compared: lower case, without port and without the root's dot. */
export const normalizeHost = (host: string): string => {
  const bare = host.startsWith("[") ? host.replace(/\](?::\d*)?$/, "]") : host.replace(/:\d*$/, "");
  return bare.replace(/\.$/, "").toLowerCase();
};

const compileHost = (glob: string): ((host: string) => string | null) => {
  const pattern = normalizeHost(glob);
  const star = pattern.indexOf("*");
  if (star === -1) return (host) => (normalizeHost(host) === pattern ? "" : null);
  const before = pattern.slice(0, star);
  const after = pattern.slice(star + 1);
  return (host) => {
    const name = normalizeHost(host);
    return name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after)
      ? name.slice(before.length, name.length - after.length)
      : null;
  };
};

/** A host glob: at most one `*`, which stands for one or more characters, dots too. Case and port do not count. */
export const compileHostGlob = (glob: string): Matcher => {
  const capture = compileHost(glob);
  return (host) => capture(host) !== null;
};

/** What the `*` of a host glob stands for in `host`; null where the host does not match. */
export const compileHostCapture = compileHost;

export const hostMatches = (glob: string, host: string): boolean => compileHostGlob(glob)(host);
export const pathMatches = (glob: string, path: string): boolean => compilePathGlob(glob)(path);
