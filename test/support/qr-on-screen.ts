import type { Locator } from '@playwright/test';
import { decodeQR } from 'qr/decode.js';

/** The text of a QR code as a camera in front of the screen reads it. */
export async function readQrOnScreen(picture: Locator): Promise<string> {
  const png = (await picture.screenshot()).toString('base64');
  // Only a browser reads PNG files here.
  const { width, height, pixels } = await picture.page().evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return { width: image.width, height: image.height, pixels: Array.from(data) };
  }, png);
  return decodeQR({ width, height, data: Uint8Array.from(pixels) });
}
