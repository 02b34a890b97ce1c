import type { LogLine } from '../../shared/contract/node.ts';
import { LOG_LEVELS } from '../../shared/contract/vocabulary.ts';
import { systemClock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import { api, type HandlerDeps } from './base.ts';
import { writeDiagnosis } from './diagnosis.ts';
import { privateNames } from './private-names.ts';
import { readStatus } from './status.ts';
import { inOrder, latest } from './streams.ts';

const { now } = systemClock;
/** The response is sent within this time. */
const ANSWERED_MS = 50;

export function createNodeHandlers({ node, shutdown, restart = null, recentLog, onLogged }: HandlerDeps) {
  const subscribe = (wake: () => void) => {
    const offs = [
      node.chain.onConnected(wake),
      node.chain.onDisconnected(wake),
      node.mempool.onChanged(wake),
      node.peers.onChanged(wake),
    ];
    return () => offs.forEach((off) => off());
  };

  return api.node.router({
    status: api.node.status.handler(() => readStatus(node, now())),
    watch: api.node.watch.handler(({ context, signal }) =>
      latest(
        { read: () => readStatus(node, now()), subscribe, intervalMs: 250, pollMs: 1000 },
        { signal, congested: context.congested },
      ),
    ),
    shutdown: api.node.shutdown.handler(() => {
      // Called after the response was sent, so that the client learns that the node received the request.
      setTimeout(shutdown, ANSWERED_MS);
      return {};
    }),
    restart: api.node.restart.handler(() => {
      if (restart === null) throw new KithError('restart-unavailable');
      setTimeout(restart, ANSWERED_MS);
      return {};
    }),
    joinLink: api.node.joinLink.handler(() => ({ link: node.peers.joinLink() })),
    about: api.node.about.handler(({ context }) => ({ ...node.about, role: context.role })),
    log: api.node.log.handler(({ input }) => [...recentLog(input.limit, input.level)]),
    watchLog: api.node.watchLog.handler(({ input: { level }, context, signal }) =>
      inOrder<LogLine>(
        (push) => {
          for (const line of recentLog(MAX_LINES, level)) push(line);
          const least = LOG_LEVELS.indexOf(level);
          return onLogged((line) => {
            if (LOG_LEVELS.indexOf(line.level) >= least) push(line);
          });
        },
        { signal, congested: context.congested },
      ),
    ),
    diagnosis: api.node.diagnosis.handler(() => {
      const lines = recentLog(MAX_LINES, 'info');
      const createdAt = now();
      return { createdAt, text: writeDiagnosis({ node, lines, names: privateNames(node), now: createdAt }) };
    }),
  });
}

/** As many as `node.log` returns at most. */
const MAX_LINES = 500;
