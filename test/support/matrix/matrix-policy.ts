import { KEPT_HEADERS } from "./compare.js";
import type { Starters } from "./rows.js";

const keep = (names: readonly string[]) => names.map((name) => ({ name, action: "keep" }));

/** Asks about the executables of these programs, and of each header that they send what its action lets out. */
export const matrixPolicy = (starters: readonly (Starters | undefined)[]): object => {
  const executables = new Set(starters.flatMap((each) => each?.executables ?? []));
  return {
    apiVersion: "masthead.dev/v1",
    kind: "CapturePolicy",
    metadata: { name: "matrix" },
    spec: {
      targets: [...executables].map((executable) => ({ executable })),
      headers: {
        request: [
          ...keep(KEPT_HEADERS.request),
          { name: "authorization", action: "fingerprint" },
          { name: "cookie", action: "presence" },
        ],
        response: keep(KEPT_HEADERS.response),
      },
    },
  };
};
