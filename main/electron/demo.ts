import { rmSync } from 'node:fs';
import path from 'node:path';
import { connect } from '../demo/connect.ts';
import { startDemoNetwork, type DemoNetwork } from '../demo/demo-network.ts';
import { KithError } from '../lib/errors.ts';
import { createUtilityLauncher } from './demo-launch.ts';
import type { DemoAnswer } from './dialogs.ts';

export interface ShellDemo {
  /**
   * Runs the other nodes, which connect to the user's node. When one of them cannot start or ends, the user decides whether
   * all are started again. Resolves once they are stopped or the user wants no more of them; never rejects.
   */
  populate(addresses: readonly string[]): Promise<void>;
  /** Stops the other nodes and deletes all data: coins of the demo have no value. */
  stop(): Promise<void>;
}

export interface ShellDemoDeps {
  /** The folder of the demo; deleted at the end. */
  readonly folder: string;
  /** Where the demo pays the user; null without a wallet. */
  readonly receiver: () => string | null;
  /** Asks the user what to do after this failure. */
  readonly ask: (failure: unknown) => Promise<DemoAnswer>;
  readonly quit: () => void;
  /** A payment of the demo failed. */
  readonly onProblem: (error: unknown) => void;
}

const NODES = 5;

/** The demo inside the desktop app: the user's node on its thread, the other nodes as processes that end with the app. */
export function createShellDemo({ folder, receiver, ask, quit, onProblem }: ShellDemoDeps): ShellDemo {
  const launcher = createUtilityLauncher();
  const { launch } = launcher;
  let network: DemoNetwork | null = null;
  let stopping = false;
  let runs = 0;

  /** Rejects when a node cannot start or ends by itself. */
  async function run(bootstrap: readonly string[]): Promise<never> {
    const own = path.join(folder, `run${++runs}`);
    network = await startDemoNetwork({ count: NODES, folder: own, bootstrap, launch, connect, onProblem });
    network.addReceiver(() => Promise.resolve(receiver()));
    throw new KithError('demo-node-failed', await network.broken);
  }

  return {
    async populate(addresses) {
      for (;;) {
        const failure: unknown = await run(addresses).catch((error: unknown) => error);
        // A stop ends nodes that are still starting, which is not a failure.
        if (stopping) return;
        await network?.stop();
        const answer = await ask(failure);
        if (answer === 'quit') quit();
        if (answer !== 'retry') return;
      }
    },
    async stop() {
      stopping = true;
      await network?.stop();
      await launcher.endAll();
      // The user's node may be stopping at the same time.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
