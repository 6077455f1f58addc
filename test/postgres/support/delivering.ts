import { randomBytes } from "node:crypto";
import {
  type DeliveryOutlets,
  deliveriesRoutes,
  deliverReports,
  destinationsRoutes,
  linksRoutes,
} from "@masthead/api/features/deliveries/index";
import { sealingRoutes } from "@masthead/api/features/sealing/index";
import { metricsRoutes } from "@masthead/api/operations/metrics.routes";
import { answerError } from "@masthead/api/platform/http/error-answer";
import { createRouter } from "@masthead/api/platform/http/router";
import { type AllowedHosts, parseAllowedHosts } from "@masthead/api/platform/outbound/allowed-hosts";
import { createSecrets } from "@masthead/api/platform/secrets";
import { sealStep } from "@masthead/api/report-duties";
import { folderWriter } from "@masthead/api/resident/folder-sender";
import { httpOutbound } from "@masthead/api/resident/outbound-http";
import type { Cleanup } from "../../support/cleanup.js";
import { asPrincipal } from "./principals.js";
import { type Receiver, startReceiver } from "./receiver.js";
import { type SealingTest, startSealing } from "./sealing.js";

export const LOOPBACK = parseAllowedHosts("127.0.0.1") as AllowedHosts;

export interface DeliveryDetail {
  id: string;
  state: string;
  attempts: number;
  nextAttemptAt: string | null;
  log: { attempt: number; outcome: string | null; status: number | null; error: string | null }[];
}

/** Sealing with destinations, deliveries and links, as the app has them; loopback is allowed. */
export interface DeliveringTest extends SealingTest {
  readonly secretsKey: Buffer;
  readonly outlets: DeliveryOutlets;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Adds a destination of days, unless it says otherwise: on the first of a month a month has ended with yesterday, too. @returns its id */
  add(document: object): Promise<string>;
  /** Books usage of a tenant's yesterday, and rolls it up. @returns the period */
  used(tenant: string, requests?: number): Promise<string>;
  sealAll(): Promise<void>;
  /** Both. @returns the period */
  sealed(tenant: string, requests?: number): Promise<string>;
  deliver(outlets?: Partial<DeliveryOutlets>): ReturnType<typeof deliverReports>;
  deliveries(tenant: string): Promise<DeliveryDetail[]>;
}

/** @param folder root of folder destinations */
export const startDelivering = async (folder: string): Promise<DeliveringTest> => {
  const now = new Date();
  const test = await startSealing(now.toISOString());
  const secretsKey = randomBytes(32);
  const secrets = createSecrets(secretsKey);
  const limits = { allowed: LOOPBACK, folders: true, secrets };
  const outlets: DeliveryOutlets = {
    send: httpOutbound(LOOPBACK, 2_000),
    writeFile: folderWriter(folder),
    secrets,
  };
  const router = createRouter();
  router.onError((error, c) => answerError(error, c, test.deps.log));
  router.use("/v1/*", asPrincipal());
  router.route("/", linksRoutes(test.deps, secrets));
  router.route("/", sealingRoutes(test.deps));
  router.route("/", destinationsRoutes(test.deps, limits));
  router.route("/", deliveriesRoutes(test.deps));
  router.route("/", metricsRoutes(test.deps, null));
  const ask: DeliveringTest["ask"] = async (method, path, body, headers = {}) =>
    router.request(path, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const json = async <T>(response: Response): Promise<T> => {
    const text = await response.text();
    if (response.status >= 300) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  const used: DeliveringTest["used"] = async (tenant, requests = 1) => {
    const period = new Date(now.getTime() - 86_400_000).toISOString().slice(0, 10);
    await test.book(tenant, `${period}T10:00:00Z`, { requests });
    await test.rollUp();
    return period;
  };
  const sealAll = async () => {
    await sealStep({ ...test.deps, withDatabase: (work) => work(test.ingest) }, 60_000);
  };
  return {
    ...test,
    secretsKey,
    outlets,
    ask,
    add: async (document) =>
      (
        await json<{ id: string }>(
          await ask("POST", "/v1/destinations", { name: "test", periods: ["day"], ...document }),
        )
      ).id,
    used,
    async sealed(tenant, requests = 1) {
      const period = await used(tenant, requests);
      await sealAll();
      return period;
    },
    sealAll,
    deliver: (over = {}) =>
      deliverReports(
        {
          database: test.ingest,
          outlets: { ...outlets, ...over },
          now: test.deps.now,
          log: test.deps.log,
          random: () => 1,
        },
        60_000,
      ),
    async deliveries(tenant) {
      const page = await json<{ items: { id: string }[] }>(
        await ask("GET", `/v1/deliveries?tenant=${encodeURIComponent(tenant)}&limit=1000`),
      );
      return Promise.all(
        page.items.map(async ({ id }) => json<DeliveryDetail>(await ask("GET", `/v1/deliveries/${id}`))),
      );
    },
  };
};

/** With a receiver on this host, and both ended by `cleanup`. @param folder root of folder destinations */
export const startDeliveringToReceiver = async (
  cleanup: Cleanup,
  folder = cleanup.folder(),
): Promise<{ test: DeliveringTest; receiver: Receiver }> => {
  const test = await startDelivering(folder);
  cleanup.add(() => test.server.stop());
  const receiver = await startReceiver();
  cleanup.add(() => receiver.stop());
  return { test, receiver };
};

/** A key that signs webhooks. */
export const webhookSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;
