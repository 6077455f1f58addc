import { z } from "zod";

const headers = z.record(z.string().max(64), z.array(z.string().max(4096)).max(16));

/** A recording: exchanges as they ended, each some time after the one before. Holds what was already redacted. */
export const recordingSchema = z.object({
  v: z.literal(1),
  exchanges: z
    .array(
      z.object({
        afterMs: z.number().min(0).max(60_000),
        durationMs: z.number().positive(),
        ttfbMs: z.number().positive().optional(),
        role: z.enum(["server", "client"]),
        service: z.string().min(1).max(256),
        tenant: z.string().min(1).max(128),
        method: z.string().min(1).max(32),
        path: z.string().min(1).max(4096),
        serverAddress: z.string().max(253).optional(),
        status: z.int().min(100).max(999).optional(),
        errorType: z.string().max(64).optional(),
        requestBytes: z.int().nonnegative(),
        responseBytes: z.int().nonnegative(),
        requestHeaders: headers.optional(),
        responseHeaders: headers.optional(),
      }),
    )
    .min(1)
    .max(100_000),
});
export type Recording = z.infer<typeof recordingSchema>;
export type RecordedExchange = Recording["exchanges"][number];

const SERVICES = ["checkout", "catalogue", "accounts"];
const TENANTS = ["acme", "globex", "initech"];
const ROUTES = [
  ["GET", "/v1/products/{n}"],
  ["GET", "/v1/orders/{n}"],
  ["POST", "/v1/orders"],
  ["GET", "/v1/accounts/{n}/invoices"],
] as const;

const recorded = (index: number): RecordedExchange => {
  const [method, route] = ROUTES[index % ROUTES.length] ?? ["GET", "/"];
  const status = index % 40 === 39 ? 503 : index % 17 === 16 ? 404 : method === "POST" ? 201 : 200;
  const durationMs = 3 + ((index * 37) % 90) + (status === 503 ? 900 : 0);
  return {
    afterMs: 40 + ((index * 53) % 120),
    durationMs,
    ttfbMs: durationMs * 0.8,
    role: "server",
    service: SERVICES[index % SERVICES.length] ?? "checkout",
    tenant: TENANTS[(index * 7) % TENANTS.length] ?? "acme",
    method,
    path: route.replace("{n}", String(1000 + index * 13)),
    serverAddress: "api.example.com",
    status,
    requestBytes: 240 + ((index * 11) % 300),
    responseBytes: 600 + ((index * 97) % 6000),
    requestHeaders: { "user-agent": ["example-client/1.0"], "x-request-id": [`recorded-${index}`] },
    responseHeaders: { "content-type": ["application/json"] },
  };
};

/** What is replayed where the host refuses BPF and no file is given: made up, two minutes long, the same every time. */
export const BUILT_IN_RECORDING: Recording = {
  v: 1,
  exchanges: Array.from({ length: 1_200 }, (_, index) => recorded(index)),
};
