/** What the handlers of `networks.*` need from the program that runs the node. */
import type {
  CreationStep,
  NetworkParameters,
  NetworkPreview,
  NetworksState,
  PreviewRequest,
  SharedNetwork,
} from '../../shared/contract/networks.ts';
import { KithError } from '../lib/errors.ts';
import { networkFileOf } from '../net/join.ts';
import type { Network } from '../core/params/network.ts';
import type { NodeFacade, Off } from './facade.ts';

/** Every failure is a `KithError`: `network-…`, `networks-…`, `join-…`, or why a node does not start. */
export interface NetworksAccess {
  state(): NetworksState;
  /** Called after each change of the state, possibly more often. */
  onChanged(listener: () => void): Off;
  preview(request: PreviewRequest, signal: AbortSignal | undefined): Promise<NetworkPreview>;
  /** Ends early when its reader stops, or when the signal aborts. */
  create(parameters: NetworkParameters, signal: AbortSignal | undefined): AsyncGenerator<CreationStep, void>;
  /** Resolves once the node runs. `previewed`: as it was previewed last, with that link; else as it was last opened. */
  open(id: string, previewed?: boolean): Promise<void>;
  demo(): Promise<void>;
  share(id: string): Promise<SharedNetwork>;
}

/**
 * The access of a program that was started for one network. Such a program has only that network, and refuses to open
 * another.
 */
export function oneNetwork({ network, peers }: Pick<NodeFacade, 'network' | 'peers'>): NetworksAccess {
  const refuse = async (): Promise<never> => {
    throw new KithError('networks-fixed');
  };
  const state: NetworksState = {
    phase: 'running',
    run: 1,
    open: { id: network.idHex, name: network.name, demo: false },
    failure: null,
    fixed: true,
    networks: [],
  };
  return {
    state: () => state,
    onChanged: () => () => undefined,
    preview: refuse,
    // eslint-disable-next-line require-yield
    async *create() {
      throw new KithError('networks-fixed');
    },
    open: refuse,
    demo: refuse,
    share: async (id) => (id === network.idHex ? shareOf(network, peers.joinLink()) : refuse()),
  };
}

/** What other users need to join this network. */
export function shareOf(network: Network, link: string | null): SharedNetwork {
  const { idHex: id, name, founded } = network;
  return {
    id,
    name,
    file: founded ? { name: networkFileName(name), text: networkFileOf(network) } : null,
    link,
  };
}

/** A file name for a network file. The creator of a network chooses its name, so only plain letters are kept. */
export const networkFileName = (name: string): string =>
  `${name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '') || 'network'}.kith.json`;
