import type { Mempool } from '../mempool/mempool.ts';
import type { Chain } from '../chain/chain.ts';
import { createFreeSpace } from '../lib/free-space.ts';
import { type Measured, SAMPLE_MS } from '../metrics/metrics.ts';
import type { Miner } from '../mining/miner.ts';
import type { PeerNetwork } from '../net/network.ts';

export interface MeasuredParts {
  readonly datadir: string;
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly miner: Miner;
  readonly peers: PeerNetwork;
  /** Monotonic milliseconds. */
  readonly ms: () => number;
}

/** The program in numbers; from `process` and `perf_hooks`, or from a test. */
export interface ProgramLoad {
  /** Microseconds of processor time of all threads so far. */
  processorMicros(): number;
  memoryBytes(): number;
  heapBytes(): number;
}

export const programLoad: ProgramLoad = {
  processorMicros() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  memoryBytes: () => process.memoryUsage.rss(),
  heapBytes: () => process.memoryUsage().heapUsed,
};

export interface NodeMeasure {
  /** The figures now; rates are over the time since the last call. */
  measure(elapsedMs: number): Measured;
  stop(): void;
}

const DISK_MS = 60_000;
/** A sample that is later than this comes after a sleep of the computer, which some systems count as time. */
const ASLEEP_MS = 30_000;

/** Reads what docs/metrics.md lists. A call costs about 50 µs with eight peers and touches no disk. */
export function createNodeMeasure(parts: MeasuredParts, load = programLoad): NodeMeasure {
  const { chain, mempool, miner, peers } = parts;
  const freeSpace = createFreeSpace(parts.datadir, DISK_MS, parts.ms);
  const counts = { blocks: 0, accepted: 0 };
  const off = [
    chain.events.on('connected', () => void counts.blocks++),
    mempool.events.on('added', () => void counts.accepted++),
  ];
  const read = () => ({
    ...counts,
    ...peers.traffic(),
    micros: load.processorMicros(),
  });
  let before = read();

  return {
    measure(elapsedMs) {
      const now = read();
      const rate = (name: keyof typeof now) => ((now[name] - before[name]) * 1000) / Math.max(1, elapsedMs);
      const figures: Measured = {
        ...ofPeers(peers),
        ...ofChain(chain),
        ...ofMempool(mempool),
        blocksPerSecond: rate('blocks'),
        acceptedPerSecond: rate('accepted'),
        receivedBytesPerSecond: rate('bytesIn'),
        sentBytesPerSecond: rate('bytesOut'),
        hashesPerSecond: miner.status().hashesPerSecond,
        memoryBytes: load.memoryBytes(),
        heapBytes: load.heapBytes(),
        processorShare: rate('micros') / 1_000_000,
        // The event loop was this late for the timer of the sample; shorter delays in between are not seen.
        loopDelayMs: elapsedMs > ASLEEP_MS ? null : Math.max(0, elapsedMs - SAMPLE_MS),
        freeDiskBytes: freeSpace(),
      };
      before = now;
      return figures;
    },
    stop: () => off.forEach((each) => each()),
  };
}

function ofPeers({ peers, status }: PeerNetwork): Measured {
  const list = peers.list();
  const inbound = list.filter(({ direction }) => direction === 'inbound').length;
  return {
    peersInbound: inbound,
    peersOutbound: list.length - inbound,
    knownAddresses: status().knownAddresses,
    latencyMs: median(list.flatMap(({ latencyMs }) => latencyMs ?? [])),
  };
}

function ofChain(chain: Chain): Measured {
  return { height: chain.tip().height, headers: chain.bestHeader().height, coins: chain.totals().coins };
}

function ofMempool(mempool: Mempool): Measured {
  const { count, bytes, floor } = mempool.summary();
  return {
    mempoolTransactions: count,
    mempoolBytes: bytes,
    feerateFloor: floor,
    feerateNext: mempool.feerates().next,
  };
}

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
