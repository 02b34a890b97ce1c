import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { demoNodeArgs } from '../../main/demo/demo-nodes.ts';
import { createChildLauncher } from '../../main/demo/launch.ts';
import { type NodeProcess, startNodeProcess } from '../../main/demo/node-process.ts';
import { NODE_CHILD } from './programs.ts';

/** Real nodes of the local network, as processes of their own. */
export interface LocalNodes {
  /** Data directories are below it. */
  readonly folder: string;
  /** Starts a node with its data in `folder/name`, and with further options. */
  start(name: string, bootstrap?: readonly string[], options?: readonly string[]): Promise<NodeProcess>;
  /** Ends the nodes and removes the folder. */
  stop(): Promise<void>;
}

export function createLocalNodes(): LocalNodes {
  const launcher = createChildLauncher(NODE_CHILD);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-nodes-'));
  return {
    folder,
    start: (name, bootstrap = [], options = []) =>
      startNodeProcess(launcher.launch, [...demoNodeArgs(path.join(folder, name), bootstrap), ...options]),
    async stop() {
      await launcher.endAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
