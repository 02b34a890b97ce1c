import type { BrowserWindow, BrowserWindowConstructorOptions, MessageBoxOptions } from 'electron';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { PaymentConfirmation } from '../../../main/api/base.ts';
import { PLAIN_STYLE } from '../../../shared/amount-style.ts';
import { createConfirm } from '../../../main/electron/confirm.ts';
import { createQuestionLimit } from '../../../main/electron/question-limit.ts';
import { createRecentLimit } from '../../../main/lib/recent-limit.ts';

const plain = () => PLAIN_STYLE;

const shown: MessageBoxOptions[] = [];
let answers: number[] = [];
let clipboardText = '';
/** The windows with lists. */
const lists: { isOpen: boolean; receivers: number; javascript: boolean | undefined }[] = [];
vi.mock('electron', () => ({
  nativeTheme: {},
  BrowserWindow: class {
    readonly #list;
    constructor({ webPreferences }: BrowserWindowConstructorOptions) {
      this.#list = { isOpen: true, receivers: 0, javascript: webPreferences?.javascript };
      lists.push(this.#list);
    }
    setMenu() {}
    loadURL(url: string) {
      const page = Buffer.from(url.split(',')[1]!, 'base64').toString();
      this.#list.receivers = page.match(/<code>/g)!.length;
      return Promise.resolve();
    }
    isDestroyed = () => !this.#list.isOpen;
    destroy = () => (this.#list.isOpen = false);
  },
  clipboard: { readText: () => clipboardText },
  dialog: {
    showMessageBox: async (_parent: unknown, options: MessageBoxOptions) => {
      shown.push(options);
      return { response: answers.shift() ?? 0 };
    },
  },
}));
beforeEach(() => {
  shown.splice(0);
  lists.splice(0);
});

const window = {} as BrowserWindow;
const question = (receivers: number): PaymentConfirmation => ({
  wallet: 'Mira',
  payment: {
    draft: 'd1',
    fee: 1,
    feerate: 1,
    inputs: [],
    outputs: Array.from({ length: receivers }, (_, i) => ({
      address: `kith1${i}`,
      amount: 5,
      change: false,
    })),
    expires: 0,
    replaces: null,
    coinsChosen: false,
    warnings: [],
  },
});

test('a payment to many receivers is sent only after a window has listed them, which then closes', async () => {
  answers = [1, 1];
  expect(await createConfirm(() => window, createQuestionLimit(), plain)(question(20))).toBe('approved');
  expect(shown.map(({ buttons }) => buttons![1])).toEqual(['Show receivers', 'Send 0.000001 KITH']);
  for (const { defaultId, cancelId } of shown) expect([defaultId, cancelId]).toEqual([0, 0]);
  expect(shown[1]!.detail).toContain('The window “Receivers” lists all of them.');
  expect(lists).toEqual([{ isOpen: false, receivers: 20, javascript: false }]);
});

test('declining before or beside the list declines the payment, and the list closes', async () => {
  answers = [0];
  const confirm = createConfirm(() => window, createQuestionLimit(), plain);
  expect(await confirm(question(20))).toBe('declined');
  expect(lists).toEqual([]);
  answers = [1, 0];
  expect(await confirm(question(20))).toBe('declined');
  expect(lists).toMatchObject([{ isOpen: false }]);
  expect(shown).toHaveLength(3);
});

test('a second confirmation while one is open is declined, also without a window', async () => {
  answers = [1];
  const confirm = createConfirm(() => window, createQuestionLimit(), plain);
  expect(await Promise.all([confirm(question(1)), confirm(question(1))])).toEqual(['approved', 'declined']);
  expect(await createConfirm(() => null, createQuestionLimit(), plain)(question(1))).toBe('declined');
  expect(shown).toHaveLength(1);
});

test('after five cancelled dialogs in a minute no other is shown, and the page is told so', async () => {
  let now = 0;
  answers = [1];
  const confirm = createConfirm(
    () => window,
    createRecentLimit(5, 60_000, () => now),
    plain,
  );
  expect(await confirm(question(1))).toBe('approved');
  for (let asked = 0; asked < 5; asked++) expect(await confirm(question(1))).toBe('declined');
  for (let asked = 0; asked < 20; asked++) expect(await confirm(question(1))).toBe('limited');
  expect(shown).toHaveLength(1 + 5);
  now = 60_000;
  answers = [1];
  expect(await confirm(question(1))).toBe('approved');
});

describe('an address that was pasted', () => {
  const [paid, other] = ['kith1qpaid0', 'kith1qother'];
  const shownFor = async (text: string, pasted?: string): Promise<string> => {
    clipboardText = text;
    answers = [1];
    const { payment, ...rest } = question(1);
    const outputs = [{ address: paid, amount: 5, change: false }];
    await createConfirm(
      () => window,
      createQuestionLimit(),
      plain,
    )({ ...rest, payment: { ...payment, outputs }, pasted });
    return shown.at(-1)!.detail!;
  };

  test('is warned about if the clipboard has another one now, as text or as a link', async () => {
    expect(await shownFor(other, paid)).toContain('The clipboard has another address now');
    expect(await shownFor(`kith:${other}?amount=5`, `kith:${paid}`)).toContain('The clipboard has another');
  });

  test('is not warned about otherwise', async () => {
    const texts = [paid, ` ${paid}\n`, `kith:${paid}`, '', 'a letter', 'test1qother', 'x'.repeat(100_000)];
    for (const text of texts)
      expect(await shownFor(text, paid), text.slice(0, 20)).not.toContain('clipboard');
    expect(await shownFor(other)).not.toContain('clipboard');
  });
});
