import type { Deps } from "../../deps.js";
import type { Transaction } from "../../platform/db/database.js";
import { FLEET } from "../../platform/db/scope.js";
import type { Principal } from "../../platform/http/context.js";
import { ApiError } from "../../platform/http/problem.js";
import { actorOf, recordChange } from "../audit/index.js";
import type { DestinationLimits } from "./deliveries.ports.js";
import { checkDestination, secretsAfter, settingsOf, toDestinationResource } from "./destinations.rules.js";
import type { DestinationDocument, DestinationResource } from "./destinations.schema.js";
import {
  countDestinations,
  type Destination,
  findDestination,
  listDestinations,
  removeDestination,
  saveDestination,
} from "./destinations.store.js";

/** How many a fleet may have: each is asked at each seal. */
const DESTINATIONS_MAX = 1_000;

const notFound = (id: string) => new ApiError("not_found", `there is no destination ${id}`);

const inFleet = <T>(deps: Deps, work: (tx: Transaction) => Promise<T>, mode?: "read only"): Promise<T> =>
  deps.withDatabase((database) => database.transaction(FLEET, work, mode));

/** Destinations by id, from behind `after` on. Of operators' keys only. */
export const getDestinations = (
  deps: Deps,
  page: { after?: string | undefined; limit: number },
): Promise<DestinationResource[]> =>
  inFleet(
    deps,
    async ({ sql }) => (await listDestinations(sql, page)).map(toDestinationResource),
    "read only",
  );

/** @throws ApiError `not_found` */
export const getDestination = (deps: Deps, id: string): Promise<DestinationResource> =>
  inFleet(
    deps,
    async ({ sql }) => {
      const found = await findDestination(sql, id);
      if (!found) throw notFound(id);
      return toDestinationResource(found);
    },
    "read only",
  );

export interface DestinationChange {
  readonly limits: DestinationLimits;
  readonly principal: Principal;
}

/** @throws ApiError `invalid_document`, `not_configured`, `conflict` where there are too many */
export const addDestination = (
  deps: Deps,
  change: DestinationChange,
  document: DestinationDocument,
): Promise<DestinationResource> => {
  checkDestination(document, change.limits);
  return inFleet(deps, async (tx) => {
    if ((await countDestinations(tx.sql)) >= DESTINATIONS_MAX)
      throw new ApiError("conflict", `there are ${DESTINATIONS_MAX} destinations already`);
    const id = `dst_${Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex")}`;
    return save(deps, tx, change, { id, document, held: undefined });
  });
};

/**
 * Replaces a destination; secrets that are not said stay.
 * @param ifMatch revision that it has to be at; undefined: any
 * @throws ApiError `not_found`, `precondition_failed`, `invalid_document`, `not_configured`
 */
export const changeDestination = (
  deps: Deps,
  change: DestinationChange,
  { id, ifMatch }: { id: string; ifMatch: number | undefined },
  document: DestinationDocument,
): Promise<DestinationResource> => {
  checkDestination(document, change.limits);
  return inFleet(deps, async (tx) => {
    const held = await findDestination(tx.sql, id, true);
    if (!held) throw notFound(id);
    if (ifMatch !== undefined && ifMatch !== held.revision)
      throw new ApiError("precondition_failed", `the destination is at revision ${held.revision}`);
    return save(deps, tx, change, { id, document, held });
  });
};

const save = async (
  deps: Deps,
  { sql }: Transaction,
  { limits, principal }: DestinationChange,
  { id, document, held }: { id: string; document: DestinationDocument; held: Destination | undefined },
): Promise<DestinationResource> => {
  const nowUs = deps.now();
  const plain = secretsAfter(document, held);
  const secrets = plain === null ? (held?.secrets ?? null) : await sealSecrets(limits, id, plain);
  const before = held?.settings.kind === "webhook" ? held.settings.secretCount : 0;
  const destination: Destination = {
    id,
    name: document.name,
    onlyTenant: document.tenantId,
    forms: document.forms,
    periods: document.periods,
    statuses: document.statuses,
    enabled: document.enabled,
    settings: settingsOf(document, plain?.length ?? before),
    secrets,
    revision: (held?.revision ?? 0) + 1,
    createdAtUs: held?.createdAtUs ?? nowUs,
    changedAtUs: nowUs,
  };
  await saveDestination(sql, destination);
  const { kind } = document;
  await recordChange(sql, {
    atUs: nowUs,
    actor: actorOf(principal),
    action: held ? "destination.change" : "destination.add",
    subject: `destination:${id}`,
    detail: {
      name: document.name,
      kind,
      tenantId: document.tenantId,
      secretsChanged: plain !== null && plain.length > 0,
    },
  });
  return toDestinationResource(destination);
};

const sealSecrets = async (
  { secrets }: DestinationLimits,
  id: string,
  plain: readonly string[],
): Promise<Uint8Array | null> =>
  secrets === null || plain.length === 0 ? null : secrets.seal(id, JSON.stringify(plain));

/** What is on its way there is cancelled. @throws ApiError `not_found` */
export const deleteDestination = (deps: Deps, principal: Principal, id: string): Promise<void> =>
  inFleet(deps, async ({ sql }) => {
    const held = await findDestination(sql, id, true);
    if (!held) throw notFound(id);
    const nowUs = deps.now();
    await removeDestination(sql, id, nowUs);
    await recordChange(sql, {
      atUs: nowUs,
      actor: actorOf(principal),
      action: "destination.delete",
      subject: `destination:${id}`,
      detail: { name: held.name },
    });
  });
