/** Which files the page may offer to save: its own text or picture, under a name that no system runs; and the dialog that saves them. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { app, type DownloadItem, type Session } from 'electron';
import { sentenceFor } from '../../shared/errors.ts';
import { SAVED_ENDINGS, type SavedEnding } from '../../shared/saved-files.ts';
import type { PageEvents } from './page-events.ts';
import { PAGE_ORIGIN } from './page-headers.ts';
import { createQuestionLimit } from './question-limit.ts';

/** A kind of file that the page may offer. */
export interface SavedFile {
  /** The form of the name without its ending. */
  readonly stem: RegExp;
  readonly mostBytes: number;
  /** The title of the dialog. */
  readonly title: string;
  /** The form of its whole text. A file of another form is deleted: a picture could have scripts. */
  readonly form?: RegExp;
}

/** The name of a wallet or of what the user named, and what is added to it. Joiners are part of some scripts. */
const NAMED = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._'’-]|\u200c|\u200d){0,120}$/u;
const REQUEST = /^kith-request-[0-9a-z]{8}$/;
/** A QR code of a request, or a map. */
const PICTURE = /^kith-(?:request-[0-9a-z]{8}|map-(?:world|topology))$/;

const SAVED_FILES: Readonly<Record<SavedEnding, SavedFile>> = {
  'kith.json': { stem: /^[A-Za-z0-9_-]{1,64}$/, mostBytes: 64 * 1024, title: 'Save network file' },
  kithpayment: { stem: NAMED, mostBytes: 4_000_000, title: 'Save payment' },
  kithproof: { stem: /^payment-[0-9a-f]{12}$/, mostBytes: 600_000, title: 'Save payment proof' },
  kithsetup: { stem: NAMED, mostBytes: 4_000_000, title: 'Save set-up' },
  kithkeys: { stem: NAMED, mostBytes: 4_000_000, title: 'Save public keys' },
  jsonl: { stem: NAMED, mostBytes: 100_000_000, title: 'Save labels' },
  json: { stem: NAMED, mostBytes: 100_000_000, title: 'Save payments' },
  csv: { stem: NAMED, mostBytes: 100_000_000, title: 'Save payments' },
  png: { stem: PICTURE, mostBytes: 16 * 1024 * 1024, title: 'Save picture' },
  txt: { stem: /^kith-diagnosis-\d{4}-\d\d-\d\d$/, mostBytes: 512 * 1024, title: 'Save diagnosis' },
  svg: {
    stem: REQUEST,
    mostBytes: 1024 * 1024,
    title: 'Save QR code',
    form: /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"(?: [a-zA-Z]+="[\w .]+")*>(?:<path(?: fill="#fff")? d="[MHhvz\d -]+"\/>){2}<\/svg>\n$/,
  },
};

/** The kind of an offered file; undefined if the page may not save it. */
export function savedFile(
  item: Pick<DownloadItem, 'getURL' | 'getFilename' | 'getTotalBytes'>,
): SavedFile | undefined {
  if (!item.getURL().startsWith(`blob:${PAGE_ORIGIN}/`)) return undefined;
  const name = item.getFilename();
  const ending = SAVED_ENDINGS.find((each) => name.endsWith(`.${each}`));
  if (ending === undefined) return undefined;
  const kind = SAVED_FILES[ending];
  const isNamed = kind.stem.test(name.slice(0, -ending.length - 1));
  return isNamed && item.getTotalBytes() <= kind.mostBytes ? kind : undefined;
}

/**
 * The page offers one file at a time, and the user chooses the place: no script writes a file by itself. How each file ended is reported to
 * the page.
 */
export function guardDownloads(session: Session, { send }: Pick<PageEvents, 'send'>): void {
  const limit = createQuestionLimit();
  let saving = false;

  /** The kind of the file, or the code that says why no dialog is shown for it. */
  function kindOf(item: DownloadItem): SavedFile | string {
    if (saving) return 'save-busy';
    const kind = savedFile(item);
    if (kind === undefined) return 'save-refused';
    return limit.allows() ? kind : 'questions-cancelled-often';
  }
  session.on('will-download', (event, item) => {
    const url = item.getURL().slice(0, MAX_URL);
    const end = (saved: boolean, code?: string): void => {
      const problem = code === undefined ? null : { code, message: sentenceFor(code) };
      send({ kind: 'file', url, saved, problem });
    };
    send({ kind: 'file-seen', url });
    const kind = kindOf(item);
    if (typeof kind === 'string') {
      event.preventDefault();
      return end(false, kind);
    }
    const { title, form } = kind;
    saving = true;
    item.once('done', (_event, state) => {
      saving = false;
      if (state === 'cancelled') limit.add();
      if (state !== 'completed') return end(false, state === 'cancelled' ? undefined : 'save-failed');
      if (form === undefined) return end(true);
      deleteUnlike(item.getSavePath(), form).then(
        (kept) => end(kept, kept ? undefined : 'save-refused'),
        () => end(false, 'save-failed'),
      );
    });
    const defaultPath = path.join(app.getPath('downloads'), item.getFilename());
    item.setSaveDialogOptions({ title, defaultPath });
  });
}

/** Longest address of an offered file that is reported to the page; those of the page itself are shorter. */
const MAX_URL = 2000;

/** Whether the file was kept. Rejects if it cannot be read, and then keeps it, or if it cannot be deleted. */
async function deleteUnlike(file: string, form: RegExp): Promise<boolean> {
  const text = await readFile(file, 'latin1');
  if (form.test(text)) return true;
  await rm(file, { force: true });
  return false;
}
