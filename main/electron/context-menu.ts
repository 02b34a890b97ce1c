import { Menu, type BrowserWindow, type ContextMenuParams, type MenuItemConstructorOptions } from 'electron';

type Clicked = Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags'>;

/** What the user can do with the text under the pointer; nothing where there is no text. */
export function contextTemplate({
  isEditable,
  selectionText,
  editFlags,
}: Clicked): MenuItemConstructorOptions[] {
  const copy: MenuItemConstructorOptions = { role: 'copy', label: 'Copy', enabled: editFlags.canCopy };
  const all: MenuItemConstructorOptions = {
    role: 'selectAll',
    label: 'Select all',
    enabled: editFlags.canSelectAll,
  };
  if (isEditable) {
    return [
      { role: 'cut', label: 'Cut', enabled: editFlags.canCut },
      copy,
      { role: 'paste', label: 'Paste', enabled: editFlags.canPaste },
      { type: 'separator' },
      all,
    ];
  }
  return selectionText.trim() === '' ? [] : [copy, all];
}

/** Shows this menu at a right click; a page of Electron has none of its own. */
export function attachContextMenu(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_event, clicked) => {
    const template = contextTemplate(clicked);
    if (template.length > 0) Menu.buildFromTemplate(template).popup({ window });
  });
}
