import { EventEmitter } from 'node:events';
import type { OnBeforeRequestListenerDetails, Session } from 'electron';

type Listener<Name extends keyof Session> = Session[Name] extends (handler: infer Handler) => void
  ? NonNullable<Handler>
  : never;
type BeforeRequest = (
  details: Pick<OnBeforeRequestListenerDetails, 'url'>,
  answer: (response: { cancel?: boolean }) => void,
) => void;

/** Keeps what the app decided, so that pages obey it and tests can ask. */
class StandInSession extends EventEmitter {
  permissionRequest: Listener<'setPermissionRequestHandler'> | null = null;
  permissionCheck: Listener<'setPermissionCheckHandler'> | null = null;
  #beforeRequest: BeforeRequest | null = null;

  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest): void => {
      this.#beforeRequest = listener;
    },
  };
  setPermissionRequestHandler(handler: Listener<'setPermissionRequestHandler'>): void {
    this.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler: Listener<'setPermissionCheckHandler'>): void {
    this.permissionCheck = handler;
  }
  setDevicePermissionHandler(): void {}
  setSpellCheckerEnabled(): void {}

  /** Whether the app lets a page ask for this address. */
  allows(url: string): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#beforeRequest === null) resolve(true);
      else this.#beforeRequest({ url }, (response) => resolve(response.cancel !== true));
    });
  }
}

export const session = { defaultSession: new StandInSession() };

type Answer = (request: Request) => Response | Promise<Response>;

const answers = new Map<string, Answer>();

export const protocol = {
  registerSchemesAsPrivileged(): void {},
  handle(scheme: string, answer: Answer): void {
    answers.set(scheme, answer);
  },
};

/** What the app answers to a page for this address; null when it handles no such scheme. */
export async function answerRequest(method: string, url: string): Promise<Response | null> {
  const answer = answers.get(new URL(url).protocol.slice(0, -1));
  return answer ? answer(new Request(url, { method })) : null;
}
