import { toHex } from '../../main/core/codec/hex.ts';
import { publicKeyFromSeed } from '../../main/core/crypto/ed25519.ts';
import { slip10Derive } from '../../main/wallet/keys/slip10.ts';
import { type Fields, fieldsOf, hexOf, isFields, type Kind, listOf, runEach, textOf } from './kind.ts';

/** A seed and what each path below it leads to; every path is a vector. */
export const SLIP10: Kind = {
  names: ['slip10-ed25519'],
  recognises: (content) => Array.isArray(content) && isFields(content[0]) && 'chains' in content[0],
  async run(content) {
    const chains = listOf(content, 'The file').flatMap((each) => {
      const { seed, chains: all } = fieldsOf(each, 'An entry');
      const bytes = hexOf(seed, 'The seed');
      return listOf(all, 'chains').map((chain) => ({ seed: bytes, chain }));
    });
    return runEach(chains, (each) => {
      const { seed, chain } = each as (typeof chains)[number];
      return checkChain(seed, fieldsOf(chain, 'The chain'));
    });
  },
};

function checkChain(seed: Uint8Array, chain: Fields): string | null {
  const path = textOf(chain['path'], 'The path');
  const node = slip10Derive(seed, path);
  const made = {
    chainCode: toHex(node.chainCode),
    private: toHex(node.key),
    // The standard writes a byte in front of an Ed25519 key, to make it as long as those of other curves.
    public: `00${toHex(publicKeyFromSeed(node.key))}`,
  };
  for (const [name, hex] of Object.entries(made))
    if (toHex(hexOf(chain[name], name)) !== hex) return `${path} has another ${name}.`;
  return null;
}
