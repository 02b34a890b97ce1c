/** Finds the genesis nonce of every built-in network: `node tools/mine-genesis.ts [NAME…]`. Prints one line each. */
import { hashRawSync } from '@node-rs/argon2';
import { BUILT_IN_NETWORKS } from '../main/core/params/built-in-networks.ts';
import { createGenesis } from '../main/core/params/network.ts';
import { bytesToBigInt } from '../main/core/codec/bytes.ts';

function targetOf(bits: number): bigint {
  return BigInt(bits & 0xffffff) << BigInt(8 * ((bits >>> 24) - 3));
}

const wanted = process.argv.slice(2);
for (const network of BUILT_IN_NETWORKS) {
  if (wanted.length > 0 && !wanted.includes(network.name)) continue;
  const { params, name } = network;
  const target = targetOf(params.startBits);
  const time = network.genesis.header.time;
  const bytes = Uint8Array.from(createGenesis({ name, time, nonce: 0 }, params).header.bytes);
  const view = new DataView(bytes.buffer);
  for (let nonce = 0; ; nonce++) {
    view.setUint32(84, nonce, true);
    const digest = hashRawSync(bytes, {
      memoryCost: params.powMemoryKiB,
      timeCost: 1,
      parallelism: 1,
      outputLen: 32,
      salt: bytes.subarray(4, 20),
      algorithm: 2, // Argon2id
      version: 1, // 0x13
    });
    if (bytesToBigInt(digest) > target) continue;
    console.log(`${name}: nonce ${nonce} id ${createGenesis({ name, time, nonce }, params).header.idHex}`);
    break;
  }
}
