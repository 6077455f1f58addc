/** Entries of the kernel's tables, as they are fixed when it loads the programs; bytes of the ring. */
export interface KernelSizes {
  ringBytes: number;
  kernelConnections: number;
  /** calls in flight */
  kernelCalls: number;
  /** heads being put together */
  kernelHeads: number;
  /** series that are counted */
  kernelSeries: number;
  openExchanges: number;
}

/** Latency buckets that series have in a window, one with another. */
const LATENCIES_PER_SERIES = 16;

/** By name of the map. */
export const mapEntriesOf = (sizes: KernelSizes): Record<string, number> => ({
  records: sizes.ringBytes,
  connections: sizes.kernelConnections,
  connection_states: 1 + sizes.kernelConnections, // they count from 1
  calls: sizes.kernelCalls,
  assemblies: sizes.kernelHeads,
  series_0: sizes.kernelSeries,
  series_1: sizes.kernelSeries,
  latencies_0: LATENCIES_PER_SERIES * sizes.kernelSeries,
  latencies_1: LATENCIES_PER_SERIES * sizes.kernelSeries,
  open_exchanges: sizes.openExchanges,
});
