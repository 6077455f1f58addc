import { FLOOR } from "@masthead/shared/policy/floor";
import { selectPolicies } from "../capture/policy-selection.js";
import type { MessageRecord } from "../decode/message-record.js";
import type { RecordBytes } from "../decode/record-bytes.js";
import type { ConnectionInfo } from "../exchange.js";
import type { GovernedExchange } from "../govern/governed-exchange.js";
import { compilePlan } from "../govern/policy-plan.js";
import type { Governing } from "../pair/governing.js";
import { policySet } from "./policies.js";

/** Governs everything by an empty policy, but for the path `/ungoverned`: for tests of what comes after. */
export class GovernAll implements Governing {
  private readonly plan = (() => {
    const [policy] = selectPolicies(policySet(1, { all: {} }), {}, FLOOR).policies;
    if (policy === undefined) throw new Error("no policy");
    return compilePlan(policy, () => 1);
  })();

  request(record: MessageRecord, bytes: RecordBytes): GovernedExchange | null {
    const path = bytes.buffer.toString("latin1", record.methodEnd, record.pathEnd);
    if (path === "/ungoverned") return null;
    return {
      plan: this.plan,
      flags: record.flags,
      exchange: {
        timeUs: 0,
        durationUs: 0,
        connection: undefined as unknown as ConnectionInfo,
        policy: this.plan.policy,
        tenant: "unattributed",
        method: "GET",
        path,
        version: "1.1",
        requestBytes: 0,
        responseBytes: 0,
        flags: [],
      },
    };
  }

  response(governed: GovernedExchange, record: MessageRecord): void {
    governed.flags |= record.flags;
  }
}
