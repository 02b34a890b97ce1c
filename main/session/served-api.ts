import type { RouterSource } from '../rpc/carrier.ts';
import { startBrowserHost } from '../rpc/http.ts';
import { createToken, publishApi, withdrawApi } from '../rpc/token.ts';
import type { Log } from '../lib/log.ts';

export interface ServedApiDeps {
  /** The data root, where a terminal finds address and token. */
  readonly root: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Folder of the built page. */
  readonly page: string;
  readonly router: RouterSource;
  readonly log: Log;
}

/** Page and API for a browser on this computer, whichever network is open. */
export interface ServedApi {
  readonly url: string;
  readonly token: string;
  readonly tokenFile: string;
  close(): Promise<void>;
}

/** @throws {KithError} `port-in-use`, `port-unusable`, `datadir-unusable` */
export async function serveApi({ root, port, page, router, log }: ServedApiDeps): Promise<ServedApi> {
  const token = createToken();
  const host = await startBrowserHost({ router, token, page, port, log: log.child('host') });
  const { tokenFile } = publishApi(root, host.url, token);
  return {
    url: host.url,
    token,
    tokenFile,
    async close() {
      await host.close();
      withdrawApi(root);
    },
  };
}
