import type { CapturePolicy } from "@masthead/shared/policy/schema";

/** What a policy shows of a query string; undefined where nothing. */
export type QueryFilter = ((query: string) => string | undefined) | null;

/**
 * The kernel sends what any policy of the process asks for; this leaves what the governing one does. null: no query at all.
 */
export function compileQueryFilter({ action, keep }: CapturePolicy["spec"]["query"]): QueryFilter {
  if (action === "drop") return null;
  const kept = new Set(keep);
  return (query) => {
    let shown = "";
    for (const parameter of query.split("&")) {
      const equals = parameter.indexOf("=");
      const name = equals === -1 ? parameter : parameter.slice(0, equals);
      if (name === "") continue;
      const withValue = kept.has(name.toLowerCase());
      if (!withValue && action === "keep") continue;
      shown += `${shown === "" ? "" : "&"}${withValue ? parameter : name}`;
    }
    return shown === "" ? undefined : shown;
  };
}
