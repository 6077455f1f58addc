import type { AgentResource } from "@masthead/shared/http/agent-resource";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import type { AgentView } from "./agents.read-model.js";

/** An agent that was not heard of for so long is away: it sends a heartbeat every five seconds. */
export const AWAY_AFTER_SECONDS = 30;

/** A clock that is so far ahead puts usage into the wrong hours. How far one is behind cannot be told from how long a heartbeat took. */
export const CLOCK_AHEAD_SECONDS = 30;

/** Health as the fleet sees it: what the agent says of itself counts only while it can be heard, where it is one agent, and by a clock that is right. */
export function healthOf(seen: Seen, nowUs: UnixMicros): AgentResource["health"] {
  const { status, reasons } = ownHealth(seen, nowUs);
  const aheadSeconds = secondsBetween(seen.receivedAtUs, seen.heartbeat.sentAtUs);
  const clock = `its clock is ${aheadSeconds} seconds ahead of the control plane's: what it counts is booked to the wrong time, and beyond a day set aside`;
  const { otherRunHost: host } = seen;
  const other = `another agent runs under this id, on ${host}, or the same one has lost its state since its clock was ahead: what two see is counted twice; give each an id, credentials and a MASTHEAD_HOME of its own`;
  const isAhead = aheadSeconds >= CLOCK_AHEAD_SECONDS;
  const isTwo =
    seen.otherRunSeenUs !== null && secondsBetween(seen.otherRunSeenUs, nowUs) <= AWAY_AFTER_SECONDS;
  return {
    status: isTwo || (isAhead && status === "ok") ? "degraded" : status,
    reasons: [...(isTwo ? [other] : []), ...(isAhead ? [clock] : []), ...reasons],
  };
}

interface Seen extends Pick<AgentView, "receivedAtUs" | "otherRunHost" | "otherRunSeenUs"> {
  readonly heartbeat: Pick<Heartbeat, "final" | "health" | "sentAtUs">;
}

const secondsBetween = (fromUs: UnixMicros, toUs: UnixMicros): number =>
  Math.floor((toUs - fromUs) / 1_000_000);

function ownHealth({ heartbeat, receivedAtUs }: Seen, nowUs: UnixMicros): AgentResource["health"] {
  if (heartbeat.final) return { status: "away", reasons: ["it was stopped"] };
  const silentSeconds = secondsBetween(receivedAtUs, nowUs);
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
    health: healthOf(view, nowUs),
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
    counters: heartbeat.counters,
  };
}
