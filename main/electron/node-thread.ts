import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { MessagePortMain } from 'electron';
import { createEmitter, type Events } from '../lib/events.ts';
import type { Approval, FileToSave, PaymentConfirmation, SaveAnswer } from '../api/base.ts';
import { messageOf } from '../lib/errors.ts';
import { createRestartLimit } from '../lib/restart-limit.ts';
import { bridgePorts } from './bridge.ts';
import type { FromNode, ThreadData, ToNode } from './thread-messages.ts';
import type { ConnectPort } from './window.ts';

export interface NodeThreadEvents {
  /** A thread has started, the first or a later one: every page needs a new port to it. */
  spawned: undefined;
  ready: { addresses: readonly string[] };
  /** The other nodes of the demo are to be started or stopped, or have a new receiver. */
  demo: DemoOrder;
  /** The thread crashed and is being restarted; `cause` is a text for users. */
  crashed: { cause: string };
  /** The thread ends because the user stopped the node in the page. */
  shutdown: undefined;
  /** The thread is not restarted automatically. */
  refused: { code: string; message: string };
}

export type DemoOrder = Extract<FromNode, { kind: 'demo' | 'demo-receiver' | 'stop-demo' }>;

export interface NodeThread {
  readonly events: Events<NodeThreadEvents>;
  /** Starts the thread. It loads its program, and touches no data before `begin`. */
  start(): void;
  /** Lets the node use the data below this root; a thread that is started again later as well. */
  begin(root: string): void;
  /**
   * Serves the contract on this port for as long as the thread lives; closes it immediately when there is no thread. After a crash it has not
   * ended: the page gets a port to the next thread.
   */
  readonly connect: ConnectPort;
  /** Informs the thread that the other nodes of the demo have stopped. */
  demoStopped(): void;
  /** A port to the contract for the app itself; null when there is no thread. */
  open(): MessagePort | null;
  /** Resolves when the node has saved everything and ended, after 4.5 s or another limit at most. Not started again. */
  stop(limit?: number): Promise<void>;
}

export interface NodeThreadDeps {
  /** The thread's program; node-worker.ts. */
  readonly script: URL;
  readonly data: ThreadData;
  readonly confirm: (question: PaymentConfirmation) => Promise<Approval>;
  readonly saveFile: (file: FileToSave) => Promise<SaveAnswer>;
  readonly onError: (error: unknown) => void;
}

const STOP_LIMIT = 4500;
const RESTART_AFTER = 1000;
/** After more restarts than this within the window the thread is not restarted. */
const MAX_RESTARTS = 2;
const RESTART_WINDOW = 60_000;

/** Runs the node on its own thread, so that the window never waits for a block. Restarts the node if it crashes. */
export function createNodeThread(deps: NodeThreadDeps): NodeThread {
  const events = createEmitter<NodeThreadEvents>(deps.onError);
  const limit = createRestartLimit(MAX_RESTARTS, RESTART_WINDOW, () => performance.now());
  let worker: Worker | null = null;
  let root: string | null = null;
  let restart: NodeJS.Timeout | undefined;
  let stopping = false;
  /** The thread reported why it ends. */
  let ended = false;
  /** Whether `start` was called while the previous thread was still ending. */
  let again = false;

  function spawn(): void {
    clearTimeout(restart);
    const thread = new Worker(deps.script, {
      name: 'kith-node',
      workerData: deps.data,
    });
    let cause = 'The node ended without an error message.';
    worker = thread;
    ended = again = false;
    thread.on('message', (message: FromNode) => receive(thread, message));
    thread.on('error', (error: unknown) => {
      deps.onError(error);
      cause = messageOf(error);
    });
    thread.on('exit', () => {
      if (worker === thread) worker = null;
      if (stopping) return;
      if (again) spawn();
      else if (!ended) bury(cause);
    });
    sendRoot();
    events.emit('spawned', undefined);
  }

  function sendRoot(): void {
    if (root !== null) worker?.postMessage({ kind: 'begin', root } satisfies ToNode);
  }

  function receive(thread: Worker, message: FromNode): void {
    if (message.kind === 'ready') events.emit('ready', message);
    if (message.kind === 'ask' || message.kind === 'save') void answer(deps, thread, message);
    if (message.kind === 'demo' || message.kind === 'demo-receiver' || message.kind === 'stop-demo')
      events.emit('demo', message);
    if (message.kind !== 'refused' && message.kind !== 'shutdown') return;
    ended = true;
    if (message.kind === 'refused') events.emit('refused', message);
    else events.emit('shutdown', undefined);
  }

  function bury(cause: string): void {
    if (!limit.allows()) return events.emit('refused', { code: 'node-died', message: cause });
    events.emit('crashed', { cause });
    restart = setTimeout(spawn, RESTART_AFTER);
  }

  return {
    events,
    start() {
      if (stopping) return;
      if (worker === null) spawn();
      else again = ended;
    },
    begin(given) {
      root = given;
      sendRoot();
    },
    connect(port, ended) {
      connectTo(worker, port, (thread) => void (worker === thread && !stopping && ended()));
    },
    demoStopped: () => worker?.postMessage({ kind: 'demo-stopped' } satisfies ToNode),
    open: () => worker && openPort(worker),
    async stop(after = STOP_LIMIT) {
      stopping = true;
      clearTimeout(restart);
      const thread = worker;
      if (thread === null) return;
      const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
      thread.postMessage({ kind: 'stop' } satisfies ToNode);
      const limit = setTimeout(() => void thread.terminate(), after);
      await ended;
      clearTimeout(limit);
    },
  };
}

/** Bridges a port of the page to the thread; `ended` is called when the thread has closed it. */
function connectTo(thread: Worker | null, port: MessagePortMain, ended: (thread: Worker) => void): void {
  if (thread === null) port.close();
  else bridgePorts(port, openPort(thread), () => ended(thread));
}

/** A port on which the thread serves the contract. */
function openPort(thread: Worker): MessagePort {
  const { port1, port2 } = new MessageChannel();
  thread.postMessage({ kind: 'page', port: port2 } satisfies ToNode, [port2]);
  return port1;
}

/** Asks the user, and sends the answer to the thread. If no dialog can be shown, the answer is no. */
async function answer(
  { confirm, saveFile, onError }: Pick<NodeThreadDeps, 'confirm' | 'saveFile' | 'onError'>,
  thread: Worker,
  message: Extract<FromNode, { kind: 'ask' | 'save' }>,
): Promise<void> {
  const { id } = message;
  if (message.kind === 'save') {
    const answer = await saveFile(message.file).catch((error: unknown): SaveAnswer => {
      onError(error);
      return { kind: 'cancelled' };
    });
    return thread.postMessage({ kind: 'saved', id, answer } satisfies ToNode);
  }
  const approval = await confirm(message.question).catch((error: unknown): Approval => {
    onError(error);
    return 'declined';
  });
  thread.postMessage({ kind: 'answer', id, approval } satisfies ToNode);
}
