import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { icnsOf, icoOf, pngOf } from './image-files.ts';
import { drawMark } from './mark.ts';

/** Sizes of the hicolor theme of Linux desktops. */
export const LINUX_SIZES = [16, 22, 24, 32, 48, 64, 128, 256, 512] as const;
const WINDOWS_SIZES = [16, 20, 24, 32, 40, 48, 64, 128, 256] as const;
/** Apple's template for icons: 824 of 1024 pixels. */
const MAC_BORDER = 100 / 1024;

/** Draws the icons of the packages into the folder: `linux/SIZExSIZE.png`, `kith.ico` and `kith.icns`. */
export function writeIcons(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'linux'), { recursive: true });
  for (const size of LINUX_SIZES)
    writeFileSync(path.join(folder, `linux/${size}x${size}.png`), pngOf(drawMark(size)));
  writeFileSync(path.join(folder, 'kith.ico'), icoOf(WINDOWS_SIZES.map((size) => drawMark(size))));
  writeFileSync(
    path.join(folder, 'kith.icns'),
    icnsOf((size) => drawMark(size, { border: MAC_BORDER })),
  );
}
