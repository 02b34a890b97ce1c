import { clipboard, dialog, type BrowserWindow } from 'electron';
import { clipboardWarning } from './clipboard-warning.ts';
import { type ConfirmPage, confirmPages } from './confirm-text.ts';
import type { Approval, PaymentConfirmation } from '../api/base.ts';
import type { RecentLimit } from '../lib/recent-limit.ts';

/**
 * Asks with native dialogs, which no script of the page can draw, read or press: one after the other until every receiver
 * was shown; the last one sends. A page that asks again while a dialog is open, or after many cancelled ones, is shown no
 * other dialog, so that it cannot flood the user with dialogs.
 */
export function createConfirm(
  window: () => BrowserWindow | null,
  limit: RecentLimit,
): (question: PaymentConfirmation) => Promise<Approval> {
  let open = false;
  return async (question) => {
    const parent = window();
    if (open || parent === null) return 'declined';
    if (!limit.allows()) return 'limited';
    open = true;
    try {
      const warnings = [
        ...question.payment.warnings,
        ...(await clipboardWarning(question, async () => await clipboard.readText())),
      ];
      for (const page of confirmPages({ ...question, payment: { ...question.payment, warnings } })) {
        if (await agrees(parent, page)) continue;
        limit.add();
        return 'declined';
      }
      return 'approved';
    } finally {
      open = false;
    }
  };
}

async function agrees(parent: BrowserWindow, { message, detail, next }: ConfirmPage): Promise<boolean> {
  const { response } = await dialog.showMessageBox(parent, {
    type: 'question',
    title: 'Confirm payment',
    message,
    detail,
    buttons: ['Cancel', next],
    // Enter and Escape both cancel: sending needs a deliberate choice.
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}
