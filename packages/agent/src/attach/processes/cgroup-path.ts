/** What a process's control group tells of it. */
export interface CgroupFacts {
  containerId?: string;
  /** the systemd unit without `.service`, of processes outside containers */
  unit?: string;
}

const HEX = "[0-9a-f]{64}";
/** docker, containerd, podman, cri-o under systemd (`docker-<id>.scope`, `cri-containerd-<id>.scope`) and cgroupfs (`/docker/<id>`). */
const CONTAINER = new RegExp(
  `(?:^|/)(?:(?:docker|cri-containerd|containerd|libpod|crio|cri-o|nerdctl)-)?(${HEX})(?:\\.scope)?(?=/|$)`,
  "g",
);
/** Where the id is no hash: Kubernetes under containerd without a prefix, and ids of Cloud Foundry's garden. */
const POD_CONTAINER = /\/kubepods[^/]*(?:\/[^/]*)*\/pod[^/]+\/([\w.-]+)(?=\/|$)/;

/**
 * Reads the text of /proc/PID/cgroup: lines `id:controllers:path`, of version 1, 2, or both. The innermost container wins.
 */
export function cgroupFacts(text: string): CgroupFacts {
  const facts: CgroupFacts = {};
  for (const line of text.split("\n")) {
    const path = line.split(":").slice(2).join(":");
    if (path === "" || path === "/") continue;
    const container = containerOf(path);
    if (container !== undefined && facts.containerId === undefined) facts.containerId = container;
    const unit = unitOf(path);
    if (unit !== undefined && facts.unit === undefined) facts.unit = unit;
  }
  // The unit around a container is the engine's.
  if (facts.containerId !== undefined) delete facts.unit;
  return facts;
}

function containerOf(path: string): string | undefined {
  // podman's and cri-o's monitors run beside the container, not in it
  if (/(?:libpod|crio|cri-o)-conmon-/.test(path)) return undefined;
  const ids = [...path.matchAll(CONTAINER)].map((match) => match[1]);
  return ids.at(-1) ?? POD_CONTAINER.exec(path)?.[1];
}

/** The innermost `.service` that is not a user's manager: sessions and slices name nobody. */
function unitOf(path: string): string | undefined {
  const services = path
    .split("/")
    .filter((part) => part.endsWith(".service") && !/^user@\d+\.service$/.test(part));
  return services.at(-1)?.slice(0, -".service".length);
}
