import { writeFileSync } from 'node:fs';
import { encode } from 'uqr';

/** The picture of Chromium's fake camera. */
const WIDTH = 640;
const HEIGHT = 480;
/** Pixels of a module. */
const SCALE = 6;
const FRAMES = 2;

/** Arguments of Chromium for a camera that shows a QR code, as a file of raw frames (YUV4MPEG2). */
export function fakeCamera(file: string, text: string): readonly string[] {
  const { size, data } = encode(text, { ecc: 'M', border: 4 });
  const luma = Buffer.alloc(WIDTH * HEIGHT, 200);
  const left = Math.floor((WIDTH - size * SCALE) / 2);
  const top = Math.floor((HEIGHT - size * SCALE) / 2);
  if (left < 0 || top < 0) throw new Error('the QR code is larger than the picture');
  for (let y = 0; y < size * SCALE; y++)
    for (let x = 0; x < size * SCALE; x++)
      luma[(top + y) * WIDTH + left + x] = data[Math.floor(y / SCALE)]![Math.floor(x / SCALE)] ? 20 : 235;
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420mpeg2\n`);
  writeFileSync(file, Buffer.concat([head, ...Array.from({ length: FRAMES }, () => frame)]));
  return ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`];
}
