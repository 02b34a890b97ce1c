import path from 'node:path';
import { CONTENT_TYPES } from '../rpc/page-headers.ts';

/** The origin of the page. Every other host on `app:` is refused. */
export const PAGE_ORIGIN = 'app://kith';

/**
 * What the page may do: its own scripts, styles, fonts and pictures, and its port. No network, no frames, no inline
 * scripts, and no conversion of text to script or markup except by Svelte's own templates.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html kith-map-layout',
].join('; ');

/** Sent with every response of the page's origin, refusals included. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The MIME type for a file of the page; `application/octet-stream` for an extension that the build does not create. */
export function contentType(file: string): string {
  const extension = path.extname(file);
  return extension === '.txt'
    ? 'text/plain; charset=utf-8'
    : (CONTENT_TYPES[extension] ?? 'application/octet-stream');
}
