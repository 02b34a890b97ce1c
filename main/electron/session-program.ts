import path from 'node:path';
import { createFileSink } from '../lib/log-file.ts';
import { createLog } from '../lib/log.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import type { NodeOptions } from '../node/node-options.ts';
import { createPortHost } from '../rpc/worker-port.ts';
import { createRealSession } from '../session/create.ts';
import { serveApi, type ServedApi } from '../session/served-api.ts';
import type { DemoHost } from '../session/targets.ts';
import type { NodeProgram, NodeProgramDeps } from './node-program.ts';

export interface SessionProgramDeps extends Pick<
  NodeProgramDeps,
  'page' | 'approve' | 'saveFile' | 'onShutdown'
> {
  readonly root: string;
  readonly demo: DemoHost;
}

/** The networks of this computer as the desktop runs them: the window's ports are a carrier, an API port is another. */
export async function startSessionProgram(
  options: NodeOptions,
  { root, demo, page, approve, saveFile, onShutdown }: SessionProgramDeps,
): Promise<NodeProgram> {
  makePrivateFolder(root);
  const file = createFileSink({ path: path.join(root, 'logs', 'session.log') });
  const log = createLog({ sinks: [file], level: options.logLevel }).child('session');
  const { apiPort: port } = options;
  const router = () => session.router();
  const api: ServedApi | undefined =
    port === undefined ? undefined : await serveApi({ root, port, page, router, log });
  const session = createRealSession({
    root,
    options,
    page,
    console: null,
    served: api,
    demo,
    log,
    shutdown: onShutdown,
  });
  const host = createPortHost({ router, log: log.child('window'), approve, saveFile });
  void session.begin();
  return {
    log,
    serve: host.serve,
    addresses: () => [],
    async stop() {
      host.close();
      await session.stop();
      await api?.close();
      await file.close();
    },
  };
}
