/** One exchange as test/programs/raw-client.py or raw-server.py had it on the wire: the other end's word for it. */
export interface WireTruth {
  method: string;
  path: string;
  clientPort: number;
  status: number;
  request: WireMessage;
  response: WireMessage;
}

export interface WireMessage {
  /** in order, names in lower case */
  headers: [name: string, value: string][];
  /** bytes of head and body */
  size: number;
}

/** Exchanges of these lines whose path begins so, without those that were there before the agent. */
export const truthIn = (lines: readonly string[], prefix: string): WireTruth[] =>
  lines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as WireTruth)
    .filter(({ path }) => path.startsWith(`${prefix}/`) && !/\/(before|held)\//.test(path));
