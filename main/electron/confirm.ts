import { clipboard, dialog, type BrowserWindow } from 'electron';
import type { AmountStyle } from '../../shared/amount-style.ts';
import { clipboardWarning } from './clipboard-warning.ts';
import { confirmText } from './confirm-text.ts';
import { receiversPage } from './receivers-page.ts';
import { showReceivers } from './receivers-window.ts';
import type { Approval, PaymentConfirmation } from '../api/base.ts';
import type { RecentLimit } from '../lib/recent-limit.ts';

/**
 * Asks with a native dialog, which no script of the page can draw, read or press. A payment to many receivers can only be sent once a
 * window has listed all of them; the dialog then asks again beside it. A page that asks again while a dialog is open, or after many
 * cancelled ones, is shown no other dialog, so that it cannot flood the user with dialogs.
 */
export function createConfirm(
  window: () => BrowserWindow | null,
  limit: RecentLimit,
  style: () => AmountStyle,
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
      const whole = { ...question, payment: { ...question.payment, warnings } };
      if (await agreesTo(parent, whole, style())) return 'approved';
      limit.add();
      return 'declined';
    } finally {
      open = false;
    }
  };
}

async function agreesTo(
  parent: BrowserWindow,
  question: PaymentConfirmation,
  style: AmountStyle,
): Promise<boolean> {
  const { message, detail, send, needsList } = confirmText(question, style);
  if (!needsList) return agrees(parent, message, detail, send);
  if (!(await agrees(parent, message, detail, 'Show receivers'))) return false;
  const close = await showReceivers(receiversPage(question, style));
  try {
    return await agrees(parent, message, `${LISTED}\n\n${detail}`, send);
  } finally {
    close();
  }
}

const LISTED = 'The window “Receivers” lists all of them. Compare it with what you want to pay.';

async function agrees(
  parent: BrowserWindow,
  message: string,
  detail: string,
  next: string,
): Promise<boolean> {
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
