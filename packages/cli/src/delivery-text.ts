import type { DeliveryDetail, DeliveryResource } from "@masthead/client";
import { factsText } from "./facts.js";
import { millisecondsText } from "./number-text.js";
import { type Column, table } from "./table.js";
import type { Look } from "./terminal.js";

const secondText = (time: string): string => `${time.slice(0, 19)}Z`;

const isDead = ({ state }: Pick<DeliveryResource, "state">): boolean => state === "dead";

export const DELIVERY_COLUMNS: readonly Column<DeliveryResource>[] = [
  { title: "ID", cell: ({ id }) => id },
  { title: "STATE", cell: ({ state }) => state, style: (row) => (isDead(row) ? "red" : undefined) },
  { title: "TENANT", cell: ({ tenantId }) => tenantId },
  { title: "PERIOD", cell: ({ period }) => period },
  { title: "VERSION", align: "right", cell: ({ version }) => String(version), spare: 2 },
  { title: "FORM", cell: ({ form }) => form, spare: 1 },
  { title: "DESTINATION", cell: ({ destinationId }) => destinationId, spare: 3 },
  { title: "ATTEMPTS", align: "right", cell: ({ attempts }) => String(attempts) },
  {
    title: "NEXT ATTEMPT",
    cell: ({ nextAttemptAt }) => (nextAttemptAt === null ? "" : secondText(nextAttemptAt)),
    spare: 4,
  },
];

const ATTEMPTS: readonly Column<DeliveryDetail["log"][number]>[] = [
  { title: "ATTEMPT", align: "right", cell: ({ attempt }) => String(attempt) },
  { title: "BEGAN", cell: ({ startedAt }) => secondText(startedAt) },
  { title: "MS", align: "right", cell: ({ durationMs }) => millisecondsText(durationMs) },
  {
    title: "OUTCOME",
    cell: ({ outcome }) => outcome ?? "not known",
    style: ({ outcome }) => (outcome === "failed" ? "red" : undefined),
  },
  { title: "STATUS", align: "right", cell: ({ status }) => (status === null ? "" : String(status)) },
  { title: "WHY", cell: ({ error }) => error ?? "" },
];

/** A delivery and each attempt, for people. */
export const deliveryText = (delivery: DeliveryDetail, look: Look): string => {
  const { nextAttemptAt, settledAt } = delivery;
  const facts = factsText([
    ["id", delivery.id],
    ["state", isDead(delivery) ? "dead: given up, until it is sent again" : delivery.state],
    ["destination", delivery.destinationId],
    ["tenant", delivery.tenantId],
    ["report", `${delivery.period}, version ${delivery.version}, as ${delivery.form}`],
    ["created", delivery.createdAt],
    ...(nextAttemptAt === null ? [] : [["next attempt", nextAttemptAt] as const]),
    ...(settledAt === null ? [] : [["settled", settledAt] as const]),
    ["attempts", String(delivery.attempts)],
  ]);
  return delivery.log.length === 0 ? facts : `${facts}\n\n${table(ATTEMPTS, delivery.log, look)}`;
};
