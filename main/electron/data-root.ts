import { faultFrom } from '../cli/report.ts';
import { answers, requireAnswer } from '../lib/answers.ts';
import { systemClock } from '../lib/clock.ts';
import { readPlace } from '../lib/data-place.ts';
import { usedRoot } from '../lib/moved-root.ts';
import { relocateRoot, useOldCopy } from '../session/old-copy.ts';
import { recoverMove } from '../session/recover-move.ts';
import { askAboutMissingData, type MissingAnswer } from './dialogs.ts';
import { chooseFolder } from './move-questions.ts';

/** With these the data may be elsewhere, or its old copy can be used. */
const MISSING = new Set(['data-place-missing', 'data-place-silent']);

/** The data root of a home. If it cannot be opened, asks the user until it can; null if the user quits. */
export async function findUsedRoot(home: string, onError: (error: unknown) => void): Promise<string | null> {
  let refusal: string | null = null;
  for (;;) {
    try {
      await recoverMove(home, onError);
      return usedRoot(home);
    } catch (error) {
      onError(error);
      const { code, message } = faultFrom(error);
      const isMissing = MISSING.has(code);
      const old = isMissing ? readPlace(home)?.old : null;
      const answer = await askAboutMissingData({
        code,
        message,
        refusal,
        canChoose: isMissing,
        old: old?.intact === true ? old.path : null,
      });
      if (answer === 'quit') return null;
      refusal = await act(answer, home).then(
        () => null,
        (failure: unknown) => faultFrom(failure).message,
      );
    }
  }
}

async function act(answer: MissingAnswer, home: string): Promise<void> {
  if (answer === 'old') await useOldCopy(home, systemClock.now);
  if (answer !== 'choose') return;
  const chosen = await chooseFolder(null, 'Choose the folder where the data directory is now.');
  if (chosen === null) return;
  await requireAnswer(chosen, answers);
  await relocateRoot(home, chosen);
}
