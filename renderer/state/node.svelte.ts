import type { NodeAbout, NodeStatus } from '../../shared/contract/node.ts';
import type { NetworkInfo } from '../../shared/contract/network.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';

/** The status of the node, live. Everything is null until the first answer. */
export interface NodeState {
  readonly status: NodeStatus | null;
  readonly network: NetworkInfo | null;
  readonly about: NodeAbout | null;
  /** Seconds since the node last answered, 0 while it does within {@link SILENT_AFTER}. */
  readonly silentFor: number;
}

const CHECK_INTERVAL_MS = 4000;
/** If the node does not answer for this many seconds, it is shown as silent. */
const SILENT_AFTER = 10;

export function createNodeState(connection: Connection): NodeState {
  let status = $state.raw<NodeStatus | null>(null);
  let network = $state.raw<NetworkInfo | null>(null);
  let about = $state.raw<NodeAbout | null>(null);
  let silentFor = $state(0);
  let lastAnswerMs = performance.now();

  const onStatus = (news: NodeStatus): void => {
    lastAnswerMs = performance.now();
    silentFor = 0;
    status = news;
  };
  follow(
    connection,
    async (signal) => {
      const { client } = connection;
      const [events, info, self] = await Promise.all([
        client.node.watch({}, { signal }),
        client.network.info({}, { signal }),
        client.node.about({}, { signal }),
      ]);
      network = info;
      about = self;
      return events;
    },
    onStatus,
  );
  // A carrier can stay open while the node hangs, so only answers count.
  const beat = setInterval(() => {
    const silence = Math.floor((performance.now() - lastAnswerMs) / 1000);
    silentFor = silence >= SILENT_AFTER ? silence : 0;
    if (connection.state === 'open') connection.client.node.status({}).then(onStatus, () => undefined);
  }, CHECK_INTERVAL_MS);
  if (connection.over.aborted) clearInterval(beat);
  connection.over.addEventListener('abort', () => clearInterval(beat), { once: true });

  return {
    get status() {
      return status;
    },
    get network() {
      return network;
    },
    get about() {
      return about;
    },
    get silentFor() {
      return silentFor;
    },
  };
}
