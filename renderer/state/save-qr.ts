import { QR_SCALE, qrShape } from '../format/qr.ts';

/** A QR code as a PNG file, dark on light. */
export async function qrPng(text: string): Promise<Blob> {
  const { size, path } = qrShape(text);
  const canvas = document.createElement('canvas');
  canvas.width = size * QR_SCALE;
  canvas.height = size * QR_SCALE;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser cannot draw pictures');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(QR_SCALE, QR_SCALE);
  context.fillStyle = '#000000';
  context.fill(new Path2D(path));
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('the picture could not be written'));
      else resolve(blob);
    }, 'image/png');
  });
}

/** Whether the system can share a link with other programs. */
export const canShare = (link: string): boolean =>
  typeof navigator.share === 'function' && (navigator.canShare?.({ text: link }) ?? true);
