/** Replaces one file again and again until it is killed; see replace-file.test.ts. */
import { replaceFile } from '../../../main/lib/replace-file.ts';

const path = process.argv[2]!;
for (let number = 0; ; number++) {
  await replaceFile(path, Buffer.from(`${number}\n${'x'.repeat(50_000)}`), { previous: [`${path}.bak`] });
  if (number === 0) process.send!('began');
}
