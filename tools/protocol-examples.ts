/** Writes the worked examples of docs/protocol.md anew: `node tools/protocol-examples.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { protocolExamples } from '../test/support/chain/protocol-examples.ts';
import { ROOT } from './support/root.ts';

const file = path.join(ROOT, 'docs/protocol.md');
let page = readFileSync(file, 'utf8');
for (const { name, text } of protocolExamples()) {
  const fence = new RegExp(`(\`\`\`text example=${name}\n)[^\`]*(\`\`\`)`);
  if (!fence.test(page)) console.error(`docs/protocol.md has no place for the example "${name}"`);
  page = page.replace(fence, (_all, open: string, close: string) => `${open}${text}\n${close}`);
}
writeFileSync(file, page);
