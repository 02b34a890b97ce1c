import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { systemRandom } from '../lib/random.ts';
import { createNetworkHere } from '../node/create-network.ts';
import { createNode } from '../node/node.ts';
import type { NodeOptions } from '../node/node-options.ts';
import { runNode, type RunDeps } from '../node/run-node.ts';
import { createPasswordAttempts } from '../wallet/secrets/password-attempts.ts';
import { createCandidates } from './candidates.ts';
import { firstCandidate } from './earlier-choice.ts';
import { createKnownNetworks } from './known-networks.ts';
import { createSession, type Session } from './session.ts';
import type { DemoHost } from './targets.ts';

export interface SessionProgramDeps extends Pick<RunDeps, 'page' | 'console' | 'served'> {
  /** The data root. */
  readonly root: string;
  readonly options: NodeOptions;
  readonly demo: DemoHost;
  readonly log: Log;
  readonly shutdown: () => void;
}

/** The session with real nodes. `begin` opens the last network. */
export function createRealSession(deps: SessionProgramDeps): Session & { begin(): Promise<void> } {
  const { root, options, demo, log, shutdown, page, console, served } = deps;
  const known = createKnownNetworks(root);
  const candidates = createCandidates({ known, clock: systemClock, random: systemRandom });
  // One for all networks, so that opening one again does not end the pause after wrong passwords.
  const passwordAttempts = createPasswordAttempts({ clock: systemClock });
  const session = createSession({
    root,
    known,
    candidates,
    options,
    runNode: (resolved, run) =>
      runNode(resolved, {
        ...run,
        createNode,
        passwordAttempts,
        page,
        console,
        served,
        onShutdown: shutdown,
        canRestart: true,
      }),
    createNetwork: (parameters, creation) => createNetworkHere(parameters, log, creation),
    demo,
    clock: systemClock,
    log,
    shutdown,
  });
  return {
    ...session,
    begin: () => session.start(() => firstCandidate(root, known)),
  };
}
