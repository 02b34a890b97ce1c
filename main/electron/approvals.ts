import type { Approval, PaymentConfirmation } from '../api/base.ts';

export interface Approvals {
  /** Resolves with the user's answer. */
  ask(question: PaymentConfirmation): Promise<Approval>;
  answer(id: number, approval: Approval): void;
}

/** Keeps the questions to the user until they are answered. Each question has a number and is answered once. */
export function createApprovals(send: (id: number, question: PaymentConfirmation) => void): Approvals {
  const waiting = new Map<number, (approval: Approval) => void>();
  let next = 1;
  return {
    ask: (question) =>
      new Promise((resolve) => {
        const id = next++;
        waiting.set(id, resolve);
        send(id, question);
      }),
    answer(id, approval) {
      waiting.get(id)?.(approval);
      waiting.delete(id);
    },
  };
}
