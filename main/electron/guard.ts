import { app, type MediaAccessPermissionRequest, type Session, type WebContents } from 'electron';
import type { PageEvents } from './page-events.ts';
import { PAGE_ORIGIN } from './page-headers.ts';
import { guardDownloads } from './saved-files.ts';

/** The browser permissions of the page. Writing to the clipboard is for "copy address". */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);
const ALLOWED_SCHEMES: ReadonlySet<string> = new Set(['app:', 'data:', 'blob:', 'devtools:']);

/** True for the app's page only, not for origins that begin like it. */
export function isPage(url: string): boolean {
  return url === PAGE_ORIGIN || url.startsWith(`${PAGE_ORIGIN}/`);
}

/** Denies navigation away from the page in every window. Call once, before the first window is created. */
export function guardContents(): void {
  app.on('web-contents-created', (_event, contents) => guard(contents));
}

function guard(contents: WebContents): void {
  const stay = (event: { readonly url: string; preventDefault(): void }): void => {
    if (!isPage(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // A peer connection of the page may use the proxy only, and that leads nowhere; no content security policy covers WebRTC.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  // Without this, a page that refuses to be left would keep the app from quitting.
  contents.on('will-prevent-unload', (event) => event.preventDefault());
  // No link opens outside the app.
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/**
 * A proxy that cannot exist, for addresses of this computer too. Files of the page do not use it. What no rule below covers
 * (WebRTC, name lookups in advance) ends there.
 */
const DEAD_PROXY = {
  mode: 'fixed_servers',
  proxyRules: 'socks5://127.0.0.1:1',
  proxyBypassRules: '<-loopback>',
} as const;

/** The camera reads QR codes. A request for the microphone, also together with the camera, is refused. */
function isCameraOnly({ mediaTypes }: Pick<MediaAccessPermissionRequest, 'mediaTypes'>): boolean {
  return mediaTypes?.length === 1 && mediaTypes[0] === 'video';
}

/** Denies every permission, device, download and request that is not listed. Call once the app is ready. */
export async function guardSession(session: Session, events: Pick<PageEvents, 'send'>): Promise<void> {
  // Needs the network process, which may still be starting.
  const proxied = session.setProxy(DEAD_PROXY);
  session.setPermissionRequestHandler((contents, permission, answer, details) => {
    const allowed =
      ALLOWED_PERMISSIONS.has(permission) ||
      (permission === 'media' &&
        details.isMainFrame &&
        isCameraOnly(details as MediaAccessPermissionRequest));
    answer(isPage(contents.getURL()) && isPage(details.requestingUrl) && allowed);
  });
  session.setPermissionCheckHandler((_contents, permission, origin, details) => {
    const allowed =
      ALLOWED_PERMISSIONS.has(permission) ||
      (permission === 'media' && details.isMainFrame && details.mediaType === 'video');
    return isPage(origin) && allowed;
  });
  session.setDevicePermissionHandler(() => false);
  // A spell checker would download dictionaries.
  session.setSpellCheckerEnabled(false);
  guardDownloads(session, events);
  session.webRequest.onBeforeRequest((details, answer) =>
    answer({ cancel: !ALLOWED_SCHEMES.has(new URL(details.url).protocol) }),
  );
  await proxied;
}
