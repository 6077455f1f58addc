import { canonicalJson } from "@masthead/shared/canonical-json";
import { checkRevision, type Precondition } from "../../platform/http/precondition.js";
import type { LivePolicy, PolicyRow } from "./policies.store.js";

export const isLive = (row: PolicyRow | undefined): row is LivePolicy =>
  row !== undefined && row.document !== null;

/** @param present absent where there is no live policy of this name. @throws as {@link checkRevision} */
export const checkPrecondition = (precondition: Precondition, present: LivePolicy | undefined): void =>
  checkRevision(precondition, present?.revision, "policy");

/** Whether two documents, with defaults applied, say the same. */
export const sameDocument = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
