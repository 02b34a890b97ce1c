import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Why a request is refused, or null. Host or Origin, which no script can forge, show a foreign page that guesses the
 * port, or whose host name resolves to 127.0.0.1 (DNS rebinding).
 */
export function refuseRequest(request: IncomingMessage, port: number): 'host' | 'origin' | 'site' | null {
  const { host: hosts = [], origin: origins = [] } = request.headersDistinct;
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  const [host = ''] = hosts;
  if (hosts.length !== 1 || !own.includes(host)) return 'host';
  // Programs send no Origin; a sandboxed frame or a local file sends "null", which is refused.
  if (origins.some((origin) => origin !== `http://${host}`)) return 'origin';
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest } = request.headers;
  if (site === 'cross-site' && !(mode === 'navigate' && dest === 'document')) return 'site';
  return null;
}

/** Compares the token in constant time. */
export function isToken(given: string | undefined, token: string): boolean {
  const a = Buffer.from(given ?? '');
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The offered subprotocols in order. The second one is the token, because browsers cannot set a header. */
export function readSubprotocols(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
}
