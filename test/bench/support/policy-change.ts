import type { Product } from "../../support/product.js";
import { until } from "../../support/until.js";

export interface Change {
  revision: number;
  /** Unix milliseconds */
  sentAtMs: number;
  answeredAtMs: number;
  /** the agent says that it is in force, and the control plane shows it */
  reportedAtMs: number;
}

/** Each differs from the one before in what it keeps, so that the kernel's tables change. */
const specOf = (index: number): object => ({
  headers: {
    request: [
      { name: "x-request-id", action: "keep" },
      { name: index % 2 === 0 ? "user-agent" : "accept-encoding", action: "keep" },
    ],
  },
  tenant: [{ header: "x-client-id" }],
});

/** Stores another version of the policy and waits until the agent reports it. */
export const changePolicy = async (product: Product, index: number): Promise<Change> => {
  const sentAtMs = Date.now();
  const answer = await product.request<{ revision: number }>("/v1/policies/latency", {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      apiVersion: "masthead.dev/v1",
      kind: "CapturePolicy",
      metadata: { name: "latency" },
      spec: specOf(index),
    }),
  });
  const answeredAtMs = Date.now();
  if (answer.status >= 300) throw new Error(`PUT: ${answer.status} ${answer.text}`);
  const { revision } = answer.json;
  await reported(product, revision);
  return { revision, sentAtMs, answeredAtMs, reportedAtMs: Date.now() };
};

const reported = (product: Product, revision: number): Promise<unknown> =>
  until(`revision ${revision} in force`, async () => {
    const { items } = await product.get<{ items: { policy: { effective: number } }[] }>("/v1/agents");
    return items.length > 0 && items.every(({ policy }) => policy.effective >= revision);
  });
