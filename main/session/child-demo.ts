import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../demo/connect.ts';
import { startDemoNetwork, type DemoNetwork } from '../demo/demo-network.ts';
import { createChildLauncher, type Launcher } from '../demo/launch.ts';
import { KithError } from '../lib/errors.ts';
import type { DemoHost } from './targets.ts';

const NODES = 5;

/** The other nodes of the demo as child processes, which end with this process. */
export function createChildDemo(onProblem: (error: unknown) => void): DemoHost {
  let folder: string | null = null;
  let launcher: Launcher = createChildLauncher();
  let network: DemoNetwork | null = null;
  let round = 0;
  return {
    begin() {
      folder = mkdtempSync(join(tmpdir(), 'kith-demo-'));
      launcher = createChildLauncher();
      return join(folder, 'you');
    },
    async populate(bootstrap, receiver) {
      const mine = round;
      const { launch } = launcher;
      try {
        const started = await startDemoNetwork({
          count: NODES,
          folder: folder!,
          bootstrap,
          launch,
          connect,
          onProblem,
        });
        if (mine !== round) return;
        network = started;
        network.addReceiver(receiver);
        throw new KithError('demo-node-failed', await network.broken);
      } catch (error) {
        // While the demo stops, nodes that are still starting end. That is not a failure.
        if (mine === round) throw error;
      }
    },
    async stop() {
      round++;
      await network?.stop();
      network = null;
      await launcher.endAll();
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
      folder = null;
    },
  };
}
