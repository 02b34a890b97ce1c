import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connect } from '../demo/connect.ts';
import { startDemoNetwork, type DemoNetwork } from '../demo/demo-network.ts';
import { NODE_OPTIONS, type NodeOptions } from '../node/node-options.ts';
import { createUtilityLauncher } from './demo-launch.ts';

export interface ShellDemo {
  /** Options of the user's own node. */
  readonly options: NodeOptions;
  /** Starts the other nodes, which connect to the user's node. */
  populate(addresses: readonly string[]): Promise<void>;
  /** Stops the other nodes and deletes all data: coins of the demo have no value. */
  stop(): Promise<void>;
}

const NODES = 5;

/** The demo inside the desktop app: the user's node on its thread, the other nodes as processes that end with the app. */
export function createShellDemo(onProblem: (error: unknown) => void): ShellDemo {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-demo-'));
  const launcher = createUtilityLauncher();
  let network: DemoNetwork | null = null;
  let stopping = false;
  return {
    options: NODE_OPTIONS.parse({
      network: 'local',
      datadir: path.join(folder, 'you'),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: [],
    }),
    async populate(bootstrap) {
      const { launch } = launcher;
      try {
        network = await startDemoNetwork({ count: NODES, folder, bootstrap, launch, connect, onProblem });
      } catch (error) {
        // A stop ends nodes that are still starting, which is not a failure.
        if (!stopping) throw error;
      }
    },
    async stop() {
      stopping = true;
      await network?.stop();
      await launcher.endAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
