import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname, release } from "node:os";

export interface HostFacts {
  id: string;
  name: string;
  kernel: string;
}

function machineId(): string | undefined {
  for (const path of ["/etc/machine-id", "/var/lib/dbus/machine-id", "/sys/class/dmi/id/product_uuid"]) {
    try {
      const id = readFileSync(path, "utf8").trim();
      if (id) return id.slice(0, 128);
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/** `host.id` and `host.name` as OpenTelemetry means them. A host without any id gets one for this run. */
export const readHost = (): HostFacts => ({
  id: machineId() ?? randomUUID(),
  name: hostname().slice(0, 256),
  kernel: release().slice(0, 128),
});
