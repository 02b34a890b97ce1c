import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { KithError } from '../../../main/lib/errors.ts';
import { createOwnRecord } from '../../../main/net/transport/peer-records.ts';
import type { Host, HostDeps } from '../../../main/net/transport/host.ts';
import { createTrafficCounter } from '../../../main/net/transport/traffic.ts';

/** A host without sockets: it serves nobody, and no address answers. */
export interface FakeHost extends Host {
  /** The addresses that were dialled. */
  readonly dialled: string[];
  /** The protocols that are served. */
  readonly protocols: string[];
  readonly state: () => 'created' | 'started' | 'stopped';
}

export function createFakeHost(deps: HostDeps): FakeHost {
  const peerId = peerIdFromPrivateKey(deps.key);
  const dialled: string[] = [];
  const protocols: string[] = [];
  let state: ReturnType<FakeHost['state']> = 'created';
  return {
    dialled,
    protocols,
    state: () => state,
    peerId: peerId.toString(),
    idBytes: peerId.toMultihash().bytes,
    gossip: {
      join: () => undefined,
      publish: () => Promise.resolve(0),
      exclude: () => undefined,
      readmit: () => undefined,
      score: () => 0,
      clockJumped: () => undefined,
      meshPeers: () => [],
      onHeartbeat: () => () => undefined,
    },
    traffic: createTrafficCounter(deps.onSent),
    internals: {
      dialBeside: () => Promise.reject(new KithError('dial-failed', 'no answer')),
      listenThrough: () => Promise.resolve(),
      places: () => deps.listen.map((address) => ({ address, mapped: false })),
      confirm: () => undefined,
      withdraw: () => undefined,
    },
    components: {},
    start() {
      state = 'started';
      return Promise.resolve();
    },
    stop() {
      state = 'stopped';
      return Promise.resolve();
    },
    addresses: () => deps.listen.map((address) => `${address}/p2p/${peerId.toString()}`),
    ownRecord: createOwnRecord(deps.key, () => [], deps.clock.monotonic),
    notices: () => [],
    dial(address) {
      dialled.push(address);
      return Promise.reject(new KithError('dial-failed', 'no answer'));
    },
    connections: () => [],
    handle(protocol) {
      protocols.push(protocol);
      return Promise.resolve();
    },
    ping: () => Promise.reject(new Error('no answer')),
    onOpen: () => undefined,
    onClose: () => undefined,
    remembered: () => Promise.resolve(0),
    reserved: () => [],
    onIdentify: () => undefined,
  };
}
