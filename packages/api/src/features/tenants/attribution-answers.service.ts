import type { TenantAttribution, UnknownConsumer } from "@masthead/shared/http/tenant-resource";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import { narrowedTo, type Scope } from "../../platform/db/scope.js";
import { ApiError } from "../../platform/http/problem.js";
import {
  type ReadMove,
  readAttributions,
  readMoves,
  readUnknownConsumers,
} from "./attribution.read-model.js";
import { type DayRange, readRequests } from "./tenant-usage.read-model.js";
import { readTenant } from "./tenants.read-model.js";

const DAY = 86_400;
const DEFAULT_DAYS = 30;

type AskedRange = { from?: UnixMicros | undefined; to?: UnixMicros | undefined };

/** Whole days around what is asked for; by default the 30 days before `to`. @throws ApiError `invalid_parameters` */
export const dayRangeOf = ({ from, to }: AskedRange, nowUs: UnixMicros): DayRange => {
  const end = (to ?? nowUs) / 1e6;
  const start = from === undefined ? Math.max(0, end - DEFAULT_DAYS * DAY) : from / 1e6;
  if (start > end)
    throw new ApiError("invalid_parameters", "`to` lies before `from`", {
      errors: [{ pointer: "/query/to", message: "lies before `from`" }],
    });
  return { from: Math.floor(start / DAY) * DAY, to: Math.ceil(end / DAY) * DAY };
};

const shown = ({ from, to }: DayRange) => ({ from: toRfc3339(from * 1e6), to: toRfc3339(to * 1e6) });

/** @throws ApiError `not_found` where the tenant was neither registered nor seen, or `scope` may not see it */
export const getAttribution = async (
  deps: Deps,
  scope: Scope,
  id: string,
  asked: AskedRange,
): Promise<TenantAttribution> => {
  const range = dayRangeOf(asked, deps.now());
  const notFound = () => new ApiError("not_found", `there is no tenant ${id}`);
  const ofTenant = narrowedTo(id, scope);
  if (ofTenant === null) throw notFound();
  return deps.withDatabase((database) =>
    database.transaction(
      ofTenant,
      async ({ sql }) => {
        if (!(await readTenant(sql, id))) throw notFound();
        const fingerprints = await readAttributions(sql, id, range);
        const requests = (await readRequests(sql, [id], range)).get(id) ?? 0;
        const sum = (how: "ingest" | "move") => fingerprints.reduce((all, one) => all + one[how], 0);
        const [ingest, move] = [sum("ingest"), sum("move")];
        return {
          tenant: id,
          range: shown(range),
          requests,
          sources: { policy: Math.max(0, requests - ingest - move), ingest, move },
          fingerprints,
          moves: (await readMoves(sql, id)).map(toMove),
        };
      },
      "read only snapshot",
    ),
  );
};

const toMove = ({ startedAtUs, finishedAtUs, days, done, ...move }: ReadMove) => ({
  fingerprint: move.fingerprint,
  startedAt: toRfc3339(startedAtUs),
  finishedAt: finishedAtUs === null ? null : toRfc3339(finishedAtUs),
  days: { done, left: finishedAtUs !== null ? 0 : days === null ? null : days - done },
  requests: move.requests,
  exchanges: move.exchanges,
});

/** Callers whom no tenant is known for, most requests first. */
export const getUnknownConsumers = (
  deps: Deps,
  scope: Scope,
  range: DayRange,
  page: { after?: { requests: number; fingerprint: string | null } | undefined; limit: number },
): Promise<UnknownConsumer[]> =>
  deps.withDatabase((database) =>
    database.transaction(
      scope,
      async ({ sql }) => [...(await readUnknownConsumers(sql, range, page))],
      "read only snapshot",
    ),
  );
