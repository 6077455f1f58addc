/** What a measured server does: the least that it can, where probes weigh most; or what the people do whose traffic is watched. */
export const WORKLOADS = ["alone", "gateway"] as const;

export type Workload = (typeof WORKLOADS)[number];
