import { createApp } from "@masthead/api/app";
import {
  PERMISSIONS,
  ROLE_PERMISSIONS,
  ROUTE_PERMISSIONS,
  routesWithoutPermission,
} from "@masthead/api/features/auth/index";
import { describe, expect, it } from "vitest";

const away = async () => {
  throw new Error("away");
};
const log = { info: () => {}, warn: () => {}, error: () => {} };
const app = createApp({ withDatabase: away, withNats: away, now: () => 0, log });
const document = (await (await app.request("/openapi.json")).json()) as {
  paths: Record<string, Record<string, { security?: unknown[]; "x-permission"?: string }>>;
};
const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
);

describe("routes and what they ask for", () => {
  it("are in the table, which the OpenAPI document repeats", () => {
    const keyed = routes.filter(({ operation }) => operation.security === undefined);
    expect(keyed.length).toBeGreaterThan(15);
    for (const { name, operation } of keyed)
      expect([name, operation["x-permission"]]).toEqual([name, ROUTE_PERMISSIONS[name]]);
  });

  it("without a key are those that are meant to be", () => {
    const open = routes.filter(({ operation }) => operation.security !== undefined).map(({ name }) => name);
    expect(open.sort()).toEqual(["GET /healthz", "GET /metrics", "GET /readyz", "GET /shared/report"]);
  });

  it("are all described, but for those that say why another method is not known", () => {
    const described = new Set(routes.map(({ name }) => name.replace(/\{([^}]+)\}/g, ":$1")));
    const undescribed = app.routes
      .filter(({ method, path }) => !described.has(`${method} ${path}`))
      .map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(undescribed)].sort()).toEqual([
      "ALL /*",
      "ALL /v1/*",
      "ALL /v1/tenants/:id/reports/:period",
      "GET /docs",
      "GET /openapi.json",
    ]);
  });

  it("are refused at the start where nobody said what they ask for", () => {
    const planted = [
      { method: "GET", path: "/v1/policies/:name" },
      { method: "ALL", path: "/v1/*" },
      { method: "PATCH", path: "/v1/policies/:name" },
      { method: "ALL", path: "/v1/anything" },
    ];
    expect(routesWithoutPermission(planted)).toEqual(["PATCH /v1/policies/:name", "ALL /v1/anything"]);
  });
});

describe("roles", () => {
  it("grow from tenant to viewer to editor to admin, who may do everything", () => {
    const { admin, editor, viewer, tenant } = ROLE_PERMISSIONS;
    expect([...admin].sort()).toEqual([...PERMISSIONS].sort());
    expect(admin).toEqual(expect.arrayContaining([...editor]));
    expect(editor).toEqual(expect.arrayContaining([...viewer]));
    expect(viewer).toEqual(expect.arrayContaining([...tenant]));
  });

  it("keep writing from viewers and tenants, and keys and the audit log for admins", () => {
    const { editor, viewer, tenant } = ROLE_PERMISSIONS;
    expect([...viewer, ...tenant].filter((permission) => permission.endsWith(":write"))).toEqual([]);
    expect(editor.filter((permission) => /^(keys|audit|agents:write)/.test(permission))).toEqual([]);
  });
});
