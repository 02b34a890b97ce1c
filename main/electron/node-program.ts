import type { MessagePort } from 'node:worker_threads';
import type { Approval, FileToSave, PaymentConfirmation, SaveAnswer } from '../api/base.ts';
import { createPortHost } from '../rpc/worker-port.ts';
import type { Log } from '../lib/log.ts';
import type { CreateNode } from '../node/node-config.ts';
import type { NodeOptions } from '../node/node-options.ts';
import { resolveOptions } from '../node/resolve-options.ts';
import { runNode } from '../node/run-node.ts';

export interface NodeProgramDeps {
  readonly createNode: CreateNode;
  /** Folder of the built page. It is served to browsers if the options open a port. */
  readonly page: string;
  /** Aborting it while the node starts undoes what was started. */
  readonly signal: AbortSignal;
  readonly approve: (question: PaymentConfirmation) => Promise<Approval>;
  readonly saveFile: (file: FileToSave) => Promise<SaveAnswer>;
  /** A page requested the shutdown. */
  readonly onShutdown: () => void;
  readonly onFailure: (error: unknown) => void;
}

export interface NodeProgram {
  readonly log: Log;
  /** Serves the contract to a page on this port, for as long as it is open. */
  serve(port: MessagePort): void;
  /** Where other nodes can reach this one. */
  addresses(): readonly string[];
  stop(): Promise<void>;
}

/** The node as the desktop runs it: the same as `kith node`, with the window's ports as a carrier. */
export async function startNodeProgram(options: NodeOptions, deps: NodeProgramDeps): Promise<NodeProgram> {
  const { approve, saveFile, ...shared } = deps;
  const node = await runNode(await resolveOptions(options), { ...shared, console: null });
  const log = node.log.child('window');
  const host = createPortHost({ router: () => node.router, log, approve, saveFile });
  return {
    log: node.log,
    serve: host.serve,
    addresses: node.facade.peers.addresses,
    async stop() {
      host.close();
      await node.stop();
    },
  };
}
