// Loaded into Electron before the app: answers the dialogs of its start as KITH_TEST_ANSWERS says, and prints them.
const { dialog } = require('electron');

const at = process.argv.indexOf(__filename);
if (at > 0) process.argv.splice(at - 1, 2);
const { press, choose = [] } = JSON.parse(process.env.KITH_TEST_ANSWERS);
const [buttons, folders] = [[...press], [...choose]];
dialog.showMessageBox = (...given) => {
  const { message, detail, buttons: shown, cancelId } = given.at(-1);
  process.stderr.write(`dialog: ${message} ${JSON.stringify(detail)} ${JSON.stringify(shown)}\n`);
  const index = shown.indexOf(buttons.shift());
  return Promise.resolve({ response: index < 0 ? cancelId : index, checkboxChecked: false });
};
dialog.showOpenDialog = () => {
  const folder = folders.shift();
  return Promise.resolve({ canceled: folder === undefined, filePaths: folder === undefined ? [] : [folder] });
};
