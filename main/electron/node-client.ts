import { setMaxListeners } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { KithClient } from '../../shared/contract/contract.ts';
import type { MiningStatus } from '../../shared/contract/mining.ts';
import type { NodeStatus } from '../../shared/contract/node.ts';
import type { WalletView } from '../../shared/contract/wallet.ts';
import { sleep } from '../lib/clock.ts';
import { createEmitter, type Events } from '../lib/events.ts';

/** What the shell shows of the node. */
export interface NodeView {
  /** Null while no node runs. */
  readonly status: NodeStatus | null;
  readonly mining: MiningStatus | null;
  readonly wallets: ReadonlyMap<string, WalletView>;
}

/** The shell as a client of the node, with the same contract and rights as the page. */
export interface NodeClient {
  readonly events: Events<{
    status: NodeStatus;
    mining: MiningStatus;
    wallet: WalletView;
    /** The node has stopped or was replaced, such as by that of another network. */
    closed: undefined;
  }>;
  view(): NodeView;
  /** Null while no node runs. */
  client(): KithClient | null;
  /** Connects to the node's thread, which has just started, through this port. */
  connect(port: MessagePort): void;
  close(): void;
}

/** After a subscription ended, such as while another network is opened. */
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

const EMPTY_VIEW: NodeView = { status: null, mining: null, wallets: new Map() };

export function createNodeClient(onError: (error: unknown) => void): NodeClient {
  const events = createEmitter<{
    status: NodeStatus;
    mining: MiningStatus;
    wallet: WalletView;
    closed: undefined;
  }>(onError);
  let view = EMPTY_VIEW;
  let connection: {
    readonly port: MessagePort;
    readonly client: KithClient;
    readonly end: AbortController;
  } | null = null;

  function close(): void {
    connection?.end.abort();
    connection?.port.close();
    connection = null;
    forget();
  }

  /** No data of this node may be shown any more, or be compared with the data of the next one. */
  function forget(): void {
    view = EMPTY_VIEW;
    events.emit('closed', undefined);
  }

  return {
    events,
    view: () => view,
    client: () => connection?.client ?? null,
    close,
    connect(port) {
      if (connection !== null) close();
      const client = createORPCClient<KithClient>(new RPCLink({ port }));
      const end = new AbortController();
      const { signal } = end;
      // Each subscription listens, and there is one for each wallet; the node limits their number.
      setMaxListeners(0, signal);
      connection = { port, client, end };
      port.once('close', () => end.abort());
      port.start();
      void follow(
        signal,
        () => client.node.watch({}, { signal }),
        (status) => {
          view = { ...view, status };
          events.emit('status', status);
        },
        forget,
      );
      void follow(
        signal,
        () => client.mining.watch({}, { signal }),
        (mining) => {
          view = { ...view, mining };
          events.emit('mining', mining);
        },
      );
      void followWallets(client, signal, {
        take(wallet) {
          view = { ...view, wallets: new Map(view.wallets).set(wallet.name, wallet) };
          events.emit('wallet', wallet);
        },
        keep(listed) {
          const wallets = new Map([...view.wallets].filter(([name]) => listed.has(name)));
          if (wallets.size < view.wallets.size) view = { ...view, wallets };
        },
      });
    },
  };
}

/** Passes on every value until the signal aborts. Subscribes again when the node ends the subscription, after `ended`. */
async function follow<Value>(
  signal: AbortSignal,
  subscribe: () => Promise<AsyncIterable<Value>>,
  take: (value: Value) => void,
  ended: () => void = () => undefined,
): Promise<void> {
  while (!signal.aborted) {
    const hadValues = await followOnce(signal, subscribe, take);
    if (hadValues && !signal.aborted) ended();
    await sleep(RETRY_MS, signal);
  }
}

/** Passes on the values of one subscription; true if there were any. Never rejects. */
async function followOnce<Value>(
  signal: AbortSignal,
  subscribe: () => Promise<AsyncIterable<Value>>,
  take: (value: Value) => void,
): Promise<boolean> {
  let hadValues = false;
  try {
    for await (const value of await subscribe()) {
      if (signal.aborted) break;
      hadValues = true;
      take(value);
    }
  } catch {
    // The node refuses while it starts or stops, or the wallet is gone.
  }
  return hadValues;
}

interface WalletTaker {
  readonly take: (wallet: WalletView) => void;
  /** Gets the names that the node lists: a wallet that is not among them was deleted. */
  readonly keep: (listed: ReadonlySet<string>) => void;
}

/** Follows each wallet while the node lists it, whichever client created it. */
async function followWallets(
  client: KithClient,
  signal: AbortSignal,
  { take, keep }: WalletTaker,
): Promise<void> {
  let listed: ReadonlySet<string> = new Set();
  const followed = new Set<string>();
  let list = newList();
  signal.addEventListener('abort', () => list.abort(), { once: true });

  async function followWallet(name: string, end: AbortSignal): Promise<void> {
    followed.add(name);
    let pause = RETRY_MS;
    while (listed.has(name) && !end.aborted) {
      const hadValues = await followOnce(end, () => client.wallet.watch({ name }, { signal: end }), take);
      // The node refuses a wallet whose file cannot be opened, and more subscriptions than it allows.
      pause = hadValues ? RETRY_MS : Math.min(2 * pause, LONGEST_RETRY_MS);
      await sleep(pause, end);
    }
    if (!end.aborted) followed.delete(name);
  }
  await follow(
    signal,
    () => client.wallet.watchList({}, { signal }),
    (names) => {
      listed = new Set(names.map(({ name }) => name));
      keep(listed);
      for (const name of listed) if (!followed.has(name)) void followWallet(name, list.signal);
    },
    // The next node may be of another network, whose wallets may have the same names.
    () => {
      list.abort();
      list = newList();
      listed = new Set();
      followed.clear();
    },
  );
}

/** Ends everything that follows the wallets of one list. Each of them listens. */
function newList(): AbortController {
  const list = new AbortController();
  setMaxListeners(0, list.signal);
  return list;
}
