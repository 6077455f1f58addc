import type { CoverageNote, CoverageReason } from "@masthead/shared/wire/coverage-reasons";
import { clamp } from "../../ship/wire-text.js";
import { codeOf } from "../processes/system-error.js";

/** As the wire bounds a reason and a note, in UTF-16 units. */
const TEXT_MAX = 256;

const coded = (code: string, details: string | undefined): string =>
  clamp(details ? `${code}: ${details}` : code, TEXT_MAX);

/** Why a process is not captured, as the heartbeat says it. */
export const reason = (code: CoverageReason, details?: string): string => coded(code, details);

/** What more is to be known of a process. */
export const note = (code: CoverageNote, details?: string): string => coded(code, details);

/** A process or its file is no more, which is no reason but an end. */
export const isGone = (error: unknown): boolean => ["ENOENT", "ESRCH"].includes(codeOf(error) ?? "");
