import type { Deps } from "../../deps.js";
import { FLEET, type Scope, tenantScope } from "../../platform/db/scope.js";
import { type Principal, scopeOf } from "../../platform/http/context.js";
import { ApiError } from "../../platform/http/problem.js";
import type { Secrets } from "../../platform/secrets.js";
import { actorOf, recordChange } from "../audit/index.js";
import { findSealedReport, getSealedReport, type SealedReport, scopeOfTenant } from "../sealing/index.js";
import { linkGeneration, nextLinkGeneration } from "./link-generations.store.js";
import { type LinkGrant, makeToken, readToken } from "./link-token.rules.js";

export interface LinkOrder {
  readonly tenantId: string;
  readonly period: string;
  readonly version?: number | undefined;
  readonly form: LinkGrant["form"];
  readonly expiresInSeconds: number;
}

/**
 * A token that lets its holder read one version of one report in one form.
 * @throws ApiError `not_found`; `conflict` where the period is not sealed
 */
export const makeLink = async (
  deps: Deps,
  secrets: Secrets,
  principal: Principal,
  order: LinkOrder,
): Promise<{ token: string; grant: LinkGrant }> => {
  const sealed = await getSealedReport(deps, scopeOf(principal), order);
  if (!sealed)
    throw new ApiError(
      "conflict",
      `the report of ${order.period} is not sealed yet: a link is made for a version that never changes`,
    );
  const { tenantId, period, version } = sealed;
  const nowUs = deps.now();
  const expires = Math.floor(nowUs / 1e6) + order.expiresInSeconds;
  const grant = await deps.withDatabase((database) =>
    database.transaction(FLEET, async ({ sql }): Promise<LinkGrant> => {
      const generation = await linkGeneration(sql, tenantId);
      await recordChange(sql, {
        atUs: nowUs,
        actor: actorOf(principal),
        action: "report.link",
        subject: `tenant:${tenantId}`,
        detail: { period, version, form: order.form, expires },
      });
      return { tenantId, period, version, form: order.form, generation, expires };
    }),
  );
  return { token: await makeToken(secrets, grant), grant };
};

/** Makes all links of a tenant worthless that were made until now. @throws ApiError `not_found` where the principal may not see it */
export const revokeLinks = (deps: Deps, principal: Principal, tenantId: string): Promise<void> => {
  scopeOfTenant(tenantId, scopeOf(principal));
  return deps.withDatabase((database) =>
    database.transaction(FLEET, async ({ sql }) => {
      const nowUs = deps.now();
      await nextLinkGeneration(sql, tenantId, nowUs);
      await recordChange(sql, {
        atUs: nowUs,
        actor: actorOf(principal),
        action: "report.revoke-links",
        subject: `tenant:${tenantId}`,
      });
    }),
  );
};

/**
 * What a link leads to, read in its tenant's scope.
 * @throws ApiError `not_found` for a link that is not good: of whatever kind, it is not said
 */
export const followLink = async (
  deps: Deps,
  secrets: Secrets,
  token: string,
): Promise<{ sealed: SealedReport; grant: LinkGrant }> => {
  const notFound = () =>
    new ApiError("not_found", "the link is not good, or not any more: ask for a new one");
  const grant = await readToken(secrets, token, deps.now() / 1e6);
  if (!grant) throw notFound();
  const scope: Scope = tenantScope(grant.tenantId);
  const sealed = await deps.withDatabase((database) =>
    database.transaction(
      scope,
      async ({ sql }) =>
        (await linkGeneration(sql, grant.tenantId)) === grant.generation
          ? findSealedReport(sql, grant)
          : undefined,
      "read only",
    ),
  );
  if (!sealed) throw notFound();
  return { sealed, grant };
};
