import path from 'node:path';
import { expect, test } from 'vitest';
import { fakeCamera } from '../support/fake-camera.ts';
import { launchDesktop, LOCAL, newFolder } from './support/desktop-app.ts';

// The camera of the desktop app, which shows a file (Chromium's fake camera).
const PASSWORD = 'correct horse battery';
const ADDRESS = 'lkith1qz9g3c7awsylr90a2tdj6096t4ev5ecfhuwegysm7d6gsqd5pah4cxuqzzw';

test('the app reads a QR code by its camera, and gives the page no microphone', async () => {
  const video = path.join(newFolder(), 'camera.y4m');
  const { page, person } = await launchDesktop({ args: [...LOCAL, ...fakeCamera(video, ADDRESS)] });
  await page.getByText('Welcome to Kith').waitFor();
  await person.createWallet('Everyday', PASSWORD);
  // An address of this wallet is one that can be paid.
  const address = await person.address();
  fakeCamera(video, `kith:${address}?amount=150000000`);
  await person.go('send');
  await page.getByRole('button', { name: 'Scan QR code' }).click();
  await expect
    .poll(() => page.getByLabel('To', { exact: true }).inputValue())
    .toBe(`kith:${address}?amount=150000000`);
  await expect.poll(() => page.getByLabel('Amount', { exact: true }).inputValue()).toBe('1.5');

  const ask = (wanted: object) =>
    page.evaluate(async (constraints) => {
      try {
        (await navigator.mediaDevices.getUserMedia(constraints)).getTracks().forEach((track) => track.stop());
        return 'granted';
      } catch (error) {
        return (error as DOMException).name;
      }
    }, wanted);
  expect(await ask({ video: true })).toBe('granted');
  expect(await ask({ audio: true })).toBe('NotAllowedError');
  expect(await ask({ audio: true, video: true })).toBe('NotAllowedError');
});
