import type { Connection } from '@libp2p/interface';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import type { Clock } from '../../lib/clock.ts';
import { KithError, messageOf } from '../../lib/errors.ts';
import { isRelayed, parseAddress } from './multiaddrs.ts';

/** The private fields of libp2p that NAT traversal uses. No other private fields are used. */
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

/** Options for an additional connection with a connected peer. */
export interface BesideOptions {
  readonly timeoutMs: number;
  /** Cancels the dial. Has no effect on an open connection. */
  readonly signal?: AbortSignal | undefined;
  /** The local port; any port when absent. */
  readonly localPort?: number | undefined;
  /** False for the side of a simultaneous dial that does not start the negotiation. */
  readonly initiator?: boolean | undefined;
}

/** Functions that the public interface of libp2p lacks. Only for nat/. */
export interface Libp2pInternals {
  /**
   * Opens a connection in addition to existing ones with the same peer.
   * @throws {KithError} `dial-failed`
   */
  dialBeside(address: string, options: BesideOptions): Promise<Connection>;
  /** Asks a relay for a reservation, so that other nodes can connect through it. @throws errors of libp2p */
  listenThrough(relay: string): Promise<void>;
  /** Addresses listened on, and addresses of port mappings, verified or not. */
  places(): { readonly address: string; readonly mapped: boolean }[];
  /** A peer connected at this address, so it is announced from now on. */
  confirm(address: string): void;
  /** The address is no longer reachable, so it is not announced any more. */
  withdraw(address: string): void;
}

export function createLibp2pInternals(inner: Inner, clock: Pick<Clock, 'after'>): Libp2pInternals {
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
      // A separate signal, because the socket listens to its signal as long as it exists and must not be aborted after
      // the dial.
      const late = new AbortController();
      const timer = clock.after(timeoutMs, () => late.abort(new Error('no answer in time')));
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
        timer.cancel();
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

// libp2p makes the second of two simultaneous dials the responder, but still numbers its streams like an initiator.
// Both ends would open streams with the same numbers and lose them.
function answering(upgrader: Upgrader): Upgrader {
  return {
    upgradeOutbound(socket, options) {
      socket.direction = 'inbound';
      return upgrader.upgradeOutbound(socket, options);
    },
  };
}
