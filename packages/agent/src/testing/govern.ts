import type { CapturePolicyInput } from "@masthead/shared/policy/schema";
import { nameKey } from "../capture/policy-bytes.js";
import { PolicyTables } from "../capture/policy-tables.js";
import { HEADER_RULE } from "../capture/table-layout.js";
import { Governor } from "../govern/governor.js";
import { MemoryTables } from "./memory-tables.js";
import { policySet } from "./policies.js";
import { type ElementFields, type MessageFields, requestRecord, responseRecord } from "./record-writer.js";
import { testStream } from "./stream.js";

export type Spec = CapturePolicyInput["spec"];
/** A header as the kernel sends it under one action. */
export type Header = [
  name: string,
  action: number,
  data?: string | Uint8Array,
  more?: Partial<ElementFields>,
];

/** Policies in force; exchanges are made of headers by name, as the kernel would send them. */
export function govern(specs: Record<string, Spec>, threadsServe?: (pid: number) => boolean) {
  const session = new MemoryTables();
  const tables = new PolicyTables({ session, labels: {}, findExecutables: () => [] });
  const apply = (revision: number, set: Record<string, Spec>): void => {
    const result = tables.apply(policySet(revision, set));
    if (!result.ok) throw new Error(result.error);
  };
  apply(1, specs);
  const { feed, exchanges, stream, lost } = testStream({
    governing: new Governor(tables.plansOf, "0badcafe", threadsServe),
  });
  const elements = (headers: Header[]): ElementFields[] =>
    headers.map(([name, action, data, more]) => {
      const rule = session.value("header_rules", nameKey(tables.generation % 8, name));
      return {
        rule: rule?.readUInt16LE(HEADER_RULE.id) ?? 0xffff,
        action,
        ...(data !== undefined && { data }),
        ...more,
      };
    });
  let exchange = 0;
  const one = (
    request: MessageFields & {
      method?: string;
      path?: string | Uint8Array;
      query?: string;
      headers?: Header[];
    },
    response: MessageFields & { headers?: Header[] } = {},
  ) => {
    const { generation } = tables;
    feed(requestRecord({ generation, exchange, ...request, elements: elements(request.headers ?? []) }));
    const { connection = 1 } = request;
    feed(
      responseRecord({
        generation,
        exchange,
        connection,
        ...response,
        elements: elements(response.headers ?? []),
      }),
    );
    exchange += 1;
    return exchanges.at(-1);
  };
  return { one, feed, exchanges, stream, lost, apply, tables };
}
