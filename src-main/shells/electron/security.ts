import { type App, protocol, type Session, type WebContents } from 'electron';
import { contentSecurityPolicy, newNonce, staticFile, withNonce } from '../browser/static-files.ts';
import { pageHost, pageOrigin, scheme } from './channels.ts';

/** To be called before the application is ready: a scheme of our own, standard and secure, without access to files. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built screens under the scheme, with the policy that allows nothing but them. */
export function serveScreens(screens: string): void {
  protocol.handle(scheme, (request) => screenResponse(screens, request));
}

/** The answer to one request under our scheme. */
export function screenResponse(screens: string, request: Pick<Request, 'url' | 'method'>): Response {
  const refuse = (status: number): Response => new Response(null, { status });
  let url: URL;
  try {
    url = new URL(request.url);
  } catch {
    return refuse(400);
  }
  if (url.protocol !== `${scheme}:` || url.host !== pageHost) return refuse(421);
  if (request.method !== 'GET') return refuse(405);
  const file = staticFile(screens, url.pathname);
  if (file === undefined) return refuse(404);
  const page = file.type.startsWith('text/html');
  const nonce = newNonce();
  return new Response(new Uint8Array(page ? withNonce(file.bytes, nonce) : file.bytes), {
    headers: {
      'Content-Type': file.type,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': file.immutable ? 'max-age=31536000, immutable' : 'no-store',
      'Content-Security-Policy': page ? contentSecurityPolicy(nonce, "'self'") : "default-src 'none'",
    },
  });
}

/** Whether a URL is a page of ours. */
export function isOurPage(url: string): boolean {
  try {
    const { protocol: found, host } = new URL(url);
    return found === `${scheme}:` && host === pageHost;
  } catch {
    return false;
  }
}

/** Every window, whoever made it: stays on our pages, opens nothing, embeds nothing. */
export function confineContents(app: Pick<App, 'on'>): void {
  app.on('web-contents-created', (_event, contents) => confine(contents));
}

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => {
    if (!isOurPage(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!isOurPage(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!isOurPage(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** No permission is ever granted: hardware, camera, location and notifications are no business of a page. The network is not either. */
export function confineSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, callback) => {
    const { protocol: found } = new URL(details.url);
    const allowed = isOurPage(details.url) || found === 'blob:' || found === 'data:' || found === 'devtools:';
    callback({ cancel: !allowed });
  });
}

/** Who sent a message: only the main frame of our own window, on our own page, counts. */
export function isTrustedSender(
  event: {
    readonly sender: unknown;
    readonly senderFrame: { readonly url: string; readonly origin?: string; readonly parent?: unknown } | null;
  },
  window: { readonly webContents: unknown } | undefined,
): boolean {
  const { sender, senderFrame } = event;
  if (window === undefined || senderFrame === null || sender !== window.webContents) return false;
  if (senderFrame.parent !== undefined && senderFrame.parent !== null) return false;
  return isOurPage(senderFrame.url) && (senderFrame.origin === undefined || senderFrame.origin === pageOrigin);
}
