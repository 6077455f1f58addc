import type { AgentResource } from "@masthead/shared/http/agent-resource";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import type { AgentView } from "./agents.read-model.js";

/** An agent that was not heard of for so long is away: it sends a heartbeat every five seconds. */
export const AWAY_AFTER_SECONDS = 30;

/** Health as the fleet sees it: what the agent says of itself counts only while it can be heard. */
export function healthOf(
  heartbeat: Pick<Heartbeat, "final" | "health">,
  receivedAtUs: UnixMicros,
  nowUs: UnixMicros,
): AgentResource["health"] {
  if (heartbeat.final) return { status: "away", reasons: ["it was stopped"] };
  const silentSeconds = Math.floor((nowUs - receivedAtUs) / 1_000_000);
  if (silentSeconds > AWAY_AFTER_SECONDS) {
    return {
      status: "away",
      reasons: [`no heartbeat for ${silentSeconds} seconds`, ...heartbeat.health.reasons],
    };
  }
  return heartbeat.health;
}

const ownLedger = ({ ledger }: Heartbeat): AgentResource["ledger"] => {
  const lost = ledger.lost.reduce((sum, loss) => sum + loss.count, 0);
  return { captured: ledger.captured, committed: 0, pending: ledger.captured - lost, lost };
};

/** An agent as REST shows it. @param fleetRevision what it should have: Postgres is the truth, not the agent */
export function toAgentResource(view: AgentView, fleetRevision: number, nowUs: UnixMicros): AgentResource {
  const { heartbeat } = view;
  const reported = heartbeat.ledger.lost.filter((loss) => loss.count > 0);
  return {
    id: heartbeat.agentId,
    hostname: heartbeat.host.name,
    hostId: heartbeat.host.id,
    labels: heartbeat.labels,
    version: heartbeat.version,
    kernel: heartbeat.kernel,
    source: heartbeat.source,
    epoch: heartbeat.epoch,
    startedAt: toRfc3339(view.startedAtUs),
    lastSeenAt: toRfc3339(heartbeat.sentAtUs),
    completeUntil: toRfc3339(heartbeat.completeUntilUs),
    stopped: heartbeat.final,
    health: healthOf(heartbeat, view.receivedAtUs, nowUs),
    policy: { ...heartbeat.policy, desired: fleetRevision },
    coverage: heartbeat.coverage,
    coverageOmitted: heartbeat.coverageOmitted,
    suspensions: (heartbeat.suspensions ?? []).map(({ executable, reason, sinceUs, untilUs }) => ({
      executable,
      reason,
      since: toRfc3339(sinceUs),
      ...(untilUs === undefined ? {} : { until: toRfc3339(untilUs) }),
    })),
    ledger: view.ledger ?? ownLedger(heartbeat),
    losses: view.ledger ? [...view.losses] : reported,
  };
}
