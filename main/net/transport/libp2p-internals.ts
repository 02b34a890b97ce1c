import type { Connection } from '@libp2p/interface';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { KithError, messageOf } from '../../lib/errors.ts';
import { isRelayed, parseAddress } from './multiaddrs.ts';

/** What libp2p keeps inside itself and being reached needs; as narrow as that. */
export interface Inner {
  readonly transportManager: {
    dialTransportForMultiaddr(address: Multiaddr): Dialler | undefined;
    listen(addresses: Multiaddr[]): Promise<void>;
  };
  readonly upgrader: Upgrader;
  readonly addressManager: {
    getAddressesWithMetadata(): { readonly multiaddr: Multiaddr; readonly type: string }[];
    confirmObservedAddr(address: Multiaddr, options?: { readonly type: string }): void;
    removeObservedAddr(address: Multiaddr): void;
  };
}

interface Dialler {
  dial(address: Multiaddr, options: { readonly upgrader: Upgrader }): Promise<Connection>;
}

interface Upgrader {
  upgradeOutbound(socket: { direction: string }, options: object): Promise<Connection>;
}

/** How a connection of its own is opened. */
export interface BesideOptions {
  readonly timeoutMs: number;
  /** Gives the dial up; has no effect on a connection that is open. */
  readonly signal?: AbortSignal | undefined;
  /** The port here that it goes out from; any when not given. */
  readonly localPort?: number | undefined;
  /** False where both ends dial at the same moment and the other one is to begin. */
  readonly initiator?: boolean | undefined;
}

/** What a node may be reached at, and connections past the queues: for nat/ alone. */
export interface Doors {
  /** A connection beside any that there is with the same peer. @throws {KithError} `dial-failed`. */
  dialBeside(address: string, options: BesideOptions): Promise<Connection>;
  /** Asks a relay for a slot, so that others can come in through it. @throws whatever libp2p does. */
  listenThrough(relay: string): Promise<void>;
  /** Where this node listens and where routers say they let others in, tried or not. */
  places(): { readonly address: string; readonly mapped: boolean }[];
  /** Somebody got in there: it is told to others from now on. */
  confirm(address: string): void;
  /** Nobody gets in there any more. */
  withdraw(address: string): void;
}

export function createDoors(inner: Inner): Doors {
  const places = () =>
    inner.addressManager.getAddressesWithMetadata().flatMap(({ multiaddr: address, type }) => {
      const text = address.toString();
      if (isRelayed(text) || (type !== 'transport' && type !== 'ip-mapping')) return [];
      return [{ address: text, mapped: type === 'ip-mapping' }];
    });
  return {
    async dialBeside(address, { timeoutMs, signal, localPort, initiator }) {
      const target = parseAddress(address);
      if (target === null) throw new KithError('address-invalid', address, { data: { address } });
      // The socket keeps listening to its signal for all its life, so that must stay silent afterwards.
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new Error('no answer in time')), timeoutMs);
      const giveUp = () => late.abort(new Error('given up'));
      signal?.addEventListener('abort', giveUp);
      try {
        signal?.throwIfAborted();
        const transport = inner.transportManager.dialTransportForMultiaddr(target);
        if (transport === undefined) throw new Error('no such transport');
        const options = { signal: late.signal, localPort, initiator };
        const upgrader = initiator === false ? answering(inner.upgrader) : inner.upgrader;
        return await transport.dial(target, { ...options, upgrader });
      } catch (error) {
        throw new KithError('dial-failed', messageOf(error), { cause: error, data: { address } });
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      }
    },
    listenThrough: (relay) => inner.transportManager.listen([multiaddr(`${relay}/p2p-circuit`)]),
    places,
    confirm(address) {
      const known = places().some((place) => place.address === address);
      inner.addressManager.confirmObservedAddr(multiaddr(address), known ? undefined : { type: 'observed' });
    },
    withdraw: (address) => inner.addressManager.removeObservedAddr(multiaddr(address)),
  };
}

// libp2p lets the second of two simultaneous dials answer, and still numbers its streams as if it had begun: then both
// ends open streams of the same numbers and lose them.
function answering(upgrader: Upgrader): Upgrader {
  return {
    upgradeOutbound(socket, options) {
      socket.direction = 'inbound';
      return upgrader.upgradeOutbound(socket, options);
    },
  };
}
