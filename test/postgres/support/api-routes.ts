import { createApp } from "@masthead/api/app";

/** One route of the API, as its OpenAPI document has it. */
export interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  /** what a key has to be allowed; absent: it needs none */
  readonly permission: string | undefined;
  readonly query: readonly string[];
  readonly hasBody: boolean;
}

interface Operation {
  "x-permission"?: string;
  parameters?: { name: string; in: string }[];
  requestBody?: unknown;
}

/** Every route under `/v1`, so that none can be forgotten. */
export const describedRoutes = async (): Promise<DescribedRoute[]> => {
  const away = () => Promise.reject(new Error("away"));
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const app = createApp({ withDatabase: away, withNats: away, now: () => 0, log });
  const { paths } = (await (await app.request("/openapi.json")).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths)
    .filter(([path]) => path.startsWith("/v1/"))
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        permission: operation["x-permission"],
        query: (operation.parameters ?? []).filter((one) => one.in === "query").map(({ name }) => name),
        hasBody: operation.requestBody !== undefined,
      })),
    );
};
