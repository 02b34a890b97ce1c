/** The node's thread under Electron. It cannot import `electron`, so the main thread calls Electron for it. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { faultFrom } from '../cli/report.ts';
import { messageOf } from '../lib/errors.ts';
import { boundHeapGrowth } from '../lib/heap-growth.ts';
import { createNode } from '../node/node.ts';
import { namesNetwork } from '../node/node-options.ts';
import type { Approval, FileToSave, PaymentConfirmation, SaveAnswer } from '../api/base.ts';
import { createQuestions } from './approvals.ts';
import { startNodeProgram, type NodeProgram } from './node-program.ts';
import { startSessionProgram } from './session-program.ts';
import type { FromNode, ThreadData, ToNode } from './thread-messages.ts';
import { createWorkerDemo } from './worker-demo.ts';

if (parentPort === null) throw new Error('node-worker runs on a worker thread only');
const main = parentPort;
const send = (message: FromNode): void => main.postMessage(message);

boundHeapGrowth();

const life = new AbortController();
const ending = new Promise<undefined>((resolve) =>
  life.signal.addEventListener('abort', () => resolve(undefined)),
);
// The thread loads its program while the app starts; meanwhile the main thread settles where the data is.
const begun = Promise.withResolvers<string>();
const approvals = createQuestions<PaymentConfirmation, Approval>((id, question) =>
  send({ kind: 'ask', id, question }),
);
const saves = createQuestions<FileToSave, SaveAnswer>((id, file) => send({ kind: 'save', id, file }));
// A page may be loaded before the node has started; its port queues messages until then.
const early: MessagePort[] = [];
const demo = createWorkerDemo(send);
let program: NodeProgram | null = null;
let failure: unknown;

main.on('message', (message: ToNode) => {
  if (message.kind === 'answer') approvals.answer(message.id, message.approval);
  else if (message.kind === 'saved') saves.answer(message.id, message.answer);
  else if (message.kind === 'demo-stopped') demo.stopped();
  else if (message.kind === 'begin') begun.resolve(message.root);
  else if (message.kind === 'stop') life.abort();
  else if (program === null) early.push(message.port);
  else program.serve(message.port);
});

async function start(root: string): Promise<NodeProgram> {
  const { options, page } = workerData as ThreadData;
  const shared = {
    page,
    approve: approvals.ask,
    saveFile: saves.ask,
    onShutdown() {
      send({ kind: 'shutdown' });
      life.abort();
    },
  };
  if (!namesNetwork(options)) return startSessionProgram(options, { ...shared, root, demo });
  return startNodeProgram(options, {
    ...shared,
    createNode,
    signal: life.signal,
    onFailure(error) {
      failure ??= error;
      life.abort();
    },
  });
}

try {
  // Undefined if the app quits instead.
  const root = await Promise.race([begun.promise, ending]);
  if (root !== undefined) {
    program = await start(root);
    for (const port of early) program.serve(port);
    send({ kind: 'ready', addresses: program.addresses() });
  }
} catch (error) {
  if (!life.signal.aborted) send({ kind: 'refused', ...faultFrom(error) });
  life.abort();
}
await ending;
if (failure !== undefined) program?.log.error('the node stops because it failed', { error: failure });
await program?.stop();
main.close();
// The main thread starts a new one when this one ends by an error.
if (failure !== undefined) throw new Error(messageOf(failure), { cause: failure });
