import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { encode } from 'uqr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KithClient } from '../../shared/contract/contract.ts';
import { encodePaymentLink } from '../../shared/payment-link.ts';
import { encodeFrames } from '../../shared/qr-frames.ts';
import { connect } from '../../main/demo/connect.ts';
import { createAppPage, type AppPage } from '../support/app-page.ts';
import { type BrowserPages, startBrowserPages } from '../support/browser-pages.ts';
import { fakeCamera } from '../support/fake-camera.ts';
import { lookAt } from '../support/look-at.ts';

// A QR code is read by a camera (Chromium's fake one, which shows a file), from a picture file and from the clipboard.
const ADDRESS = 'lkith1qr5t0wcyjsml7cwf3m7ju46jgw3t2v8jv9jf0ew4flgepcfvdm0gxj8vrxw';
let folder: string;
let pages: BrowserPages;
let page: Page;
let person: AppPage;
let client: KithClient;
let address: string;
let link: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'kith-camera-'));
  const video = path.join(folder, 'camera.y4m');
  // The address is not known before the node runs, and the browser reads the file when the camera is opened.
  pages = await startBrowserPages(fakeCamera(video, ADDRESS));
  const node = await pages.startNode('mine');
  ({ client } = await connect(node));
  await client.wallet.create({ name: 'Everyday', password: 'correct horse battery' });
  ({ address } = await client.wallet.address({ name: 'Everyday' }));
  link = encodePaymentLink({ address, amount: 250_000_000 as never, label: 'Bread' });
  fakeCamera(video, link);
  page = await pages.open(node);
  person = createAppPage(page);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
}, 120_000);

afterAll(async () => {
  await pages.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const scan = async () => {
  await person.go('send');
  await page.getByLabel('To', { exact: true }).fill('');
  await page.getByRole('button', { name: 'Scan QR code' }).click();
};
const to = () => page.getByLabel('To', { exact: true });

/** A picture of a QR code as a PNG file, drawn by the page. */
async function pictureOf(text: string): Promise<Buffer> {
  const { size, data } = encode(text, { ecc: 'M', border: 4 });
  const base64 = await page.evaluate(
    ({ size: side, data: rows }) => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = side * 4;
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#fff';
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = '#000';
      rows.forEach((row, y) => row.forEach((dark, x) => dark && context.fillRect(x * 4, y * 4, 4, 4)));
      return canvas.toDataURL('image/png').split(',')[1]!;
    },
    { size, data },
  );
  return Buffer.from(base64, 'base64');
}

test('without the permission for the camera a sentence says what to do, and a picture file works', async () => {
  await scan();
  await page.getByText('Kith may not use the camera').waitFor();
  await lookAt(page, 'scan-refused');
  const open = page.getByLabel('Open picture');
  await open.setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
  await page.getByText('This file is not a picture that can be read').waitFor();
  const other = await pictureOf('https://example.org/');
  await open.setInputFiles({ name: 'other.png', mimeType: 'image/png', buffer: other });
  await page.getByText('This QR code cannot be paid').waitFor();
  const blank = await page.screenshot({ clip: { x: 0, y: 0, width: 50, height: 50 } });
  await open.setInputFiles({ name: 'blank.png', mimeType: 'image/png', buffer: blank });
  await page.getByText('No QR code was found in this picture').waitFor();
  await open.setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: await pictureOf(link) });
  await expect.poll(() => to().inputValue()).toBe(link);
  await expect.poll(() => page.getByLabel('Amount', { exact: true }).inputValue()).toBe('2.5');
});

test('the numbered codes of a payment file are read in any order, and the payment is shown', async () => {
  await client.mining.generate({ address, blocks: 12 });
  const { draft } = await client.wallet.prepare({ name: 'Everyday', to: [{ address, amount: 150_000_000 }] });
  const { payment } = await client.wallet.exportPayment({ draft });
  const frames = encodeFrames(Buffer.from(payment, 'hex'))!;
  expect(frames.length).toBeGreaterThan(1);
  await person.go('payment-file');
  await page.getByRole('button', { name: 'Scan QR codes' }).click();
  await page.getByText('Kith may not use the camera').waitFor();
  const open = async (text: string) =>
    page
      .getByLabel('Open picture')
      .setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: await pictureOf(text) });
  await open(link);
  await page.getByText('This QR code is no part of a payment file.').waitFor();
  for (const [i, frame] of frames.toReversed().entries()) {
    await open(frame);
    if (i < frames.length - 1)
      await page.getByText(`${i + 1} of ${frames.length} codes were read.`).waitFor();
  }
  await page.getByRole('heading', { name: 'Sign payment' }).waitFor();
  await page.getByText('1.5').first().waitFor();
});

test('a picture that was copied is pasted', async () => {
  const picture = (await pictureOf(address.toUpperCase())).toString('base64');
  await scan();
  await page.getByText('Kith may not use the camera').waitFor();
  await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, picture);
  await expect.poll(() => to().inputValue()).toBe(address.toUpperCase());
  await page.getByText('One of your own addresses').waitFor();
});

test('the camera reads the QR code, fills in the form, and is switched off', async () => {
  await page.context().grantPermissions(['camera']);
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      Object.assign(globalThis, { lastStream: stream });
      return stream;
    };
  });
  await scan();
  await expect.poll(() => to().inputValue()).toBe(link);
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.getByText(/Bread/).waitFor();
  const states = await page.evaluate(() =>
    (globalThis as unknown as { lastStream: MediaStream }).lastStream
      .getTracks()
      .map((track) => track.readyState),
  );
  expect(states).toEqual(['ended']);
});

test('the page has logged no errors', () => {
  expect(pages.errors).toEqual([]);
});
