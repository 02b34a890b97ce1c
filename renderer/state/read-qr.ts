/** Reads QR codes from pictures and from the camera. The decoder is loaded when it is first used. */

/** The longer side of a picture when it is decoded, in pixels. */
const MAX_SIDE = 2000;
/** Of a frame of the camera: small enough to decode several times a second. */
const MAX_FRAME_SIDE = 960;
/** The largest picture file that is opened, in bytes. */
const MAX_PICTURE_BYTES = 20_000_000;

type Source = CanvasImageSource & object;

/** The text of a QR code in a picture; null if none is found. Rejects if the file is not a picture. */
export async function readPicture(picture: Blob): Promise<string | null> {
  if (picture.size > MAX_PICTURE_BYTES) throw new Error('the picture is too large');
  const bitmap = await createImageBitmap(picture);
  try {
    // A code that is small in a large picture is lost when that is made smaller, so both sizes are tried.
    return (
      (await decode(bitmap, bitmap, MAX_SIDE, PATIENT)) ??
      (await decode(bitmap, bitmap, MAX_FRAME_SIDE, PATIENT))
    );
  } finally {
    bitmap.close();
  }
}

/** The text of a QR code in the present frame of a video; null if none is found. */
export async function readFrame(video: HTMLVideoElement): Promise<string | null> {
  const size = { width: video.videoWidth, height: video.videoHeight };
  return size.width === 0 ? null : decode(video, size, MAX_FRAME_SIDE, {});
}

/** For pictures, which are not taken again. In milliseconds. */
const PATIENT = { effort: Infinity, timeLimit: 2000 };

async function decode(
  source: Source,
  { width, height }: { readonly width: number; readonly height: number },
  most: number,
  options: object,
): Promise<string | null> {
  const scale = Math.min(1, most / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return null;
  // A picture with a transparent ground would be black on black.
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { decodeQR } = await import('qr/decode.js');
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height), options);
  } catch {
    return null;
  }
}

/** Why there is no picture from the camera, as a sentence. */
export function cameraProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'This computer has no camera. Open a picture of the QR code, or paste one.';
    case 'NotAllowedError':
    case 'SecurityError':
      return 'Kith may not use the camera. Allow it in the settings of the browser or of the system, or open a picture of the QR code.';
    case 'NotReadableError':
      return 'Another program uses the camera, or it is switched off. Close that program, or open a picture of the QR code.';
    default:
      return 'The camera cannot be used. Open a picture of the QR code, or paste one.';
  }
}
