import type { MessageBoxOptions, OpenDialogOptions } from 'electron';
import { harness } from './harness.ts';

type MaybeParent<Options> = [Options] | [parent: unknown, options: Options];
const last = <Options>(args: MaybeParent<Options>): Options => args[args.length - 1] as Options;

/** Native dialogs, answered by the test. */
export const dialog = {
  async showMessageBox(
    ...args: MaybeParent<MessageBoxOptions>
  ): Promise<{ response: number; checkboxChecked: boolean }> {
    const options = last(args);
    harness.dialogs.push(options);
    return { response: await harness.answerDialog(options), checkboxChecked: false };
  },
  showErrorBox(title: string, content: string): void {
    harness.errors.push(`${title}: ${content}`);
  },
  async showOpenDialog(
    ...args: MaybeParent<OpenDialogOptions>
  ): Promise<{ canceled: boolean; filePaths: string[] }> {
    const filePaths = harness.answerOpenDialog(last(args));
    return { canceled: filePaths.length === 0, filePaths };
  },
};
