import { dialog, type BrowserWindow } from 'electron';
import { confirmText } from './confirm-text.ts';
import type { PaymentQuestion } from '../api/base.ts';

/**
 * Asks with a native dialog, which no script in the page can draw, read or press. One at a time: a page that asks
 * again while one is open is told no, so that it can't bury a person in dialogs.
 */
export function createConfirm(
  window: () => BrowserWindow | null,
): (question: PaymentQuestion) => Promise<boolean> {
  let open = false;
  return async (question) => {
    const parent = window();
    if (open || parent === null) return false;
    open = true;
    try {
      const { message, detail, send } = confirmText(question);
      const { response } = await dialog.showMessageBox(parent, {
        type: 'question',
        title: 'Confirm payment',
        message,
        detail,
        buttons: ['Cancel', send],
        // Enter and Escape both mean no: money leaves by a deliberate choice only.
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      });
      return response === 1;
    } finally {
      open = false;
    }
  };
}
