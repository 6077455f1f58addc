import { TARGET_ITEMS_MAX } from "@masthead/shared/policy/limits";
import { type AppliedPolicy, PolicySetError } from "./policy-selection.js";

type Role = "server" | "client";

/** One way of being a target: all that is named must agree. */
export interface TargetItem {
  /** glob over the executable's path; absent: any */
  executable?: string;
  /** the server's port; absent: any, and sockets that are not known */
  port?: number;
  roles: readonly Role[];
}

export interface PolicyItems {
  items: TargetItem[];
  /** by place of the policy: the mask of its items */
  masks: bigint[];
}

const BOTH: readonly Role[] = ["server", "client"];

/**
 * The targets of all policies as items. Policies that name the same target share its item. Roles that `match` names
 * narrow the items, so that what no policy can govern is not captured in the first place.
 * @throws PolicySetError beyond 64 items
 */
export function flattenTargets(policies: readonly AppliedPolicy[]): PolicyItems {
  const items: TargetItem[] = [];
  const places = new Map<string, number>();
  const masks = policies.map(({ spec }) => {
    let mask = 0n;
    for (const target of spec.targets ?? [{}]) {
      const wanted: readonly Role[] = target.role === undefined ? BOTH : [target.role];
      const roles = wanted.filter((role) => spec.match?.roles?.includes(role) ?? true);
      if (roles.length === 0) continue;
      const key = JSON.stringify([target.executable, target.port, roles]);
      const place = places.get(key) ?? items.length;
      if (place === items.length) {
        places.set(key, place);
        items.push({
          roles,
          ...(target.executable !== undefined && { executable: target.executable }),
          ...(target.port !== undefined && { port: target.port }),
        });
      }
      mask |= 1n << BigInt(place);
    }
    return mask;
  });
  if (items.length > TARGET_ITEMS_MAX) {
    throw new PolicySetError(
      `the policies for this agent name ${items.length} different targets; at most ${TARGET_ITEMS_MAX} are possible`,
    );
  }
  return { items, masks };
}
