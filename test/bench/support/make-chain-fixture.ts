/** `node make-chain-fixture.ts BLOCKS TRANSACTIONS`: writes the file that chainFixture reads. */
import { makeChainFixture } from './chain-fixture.ts';

const [blocks, transactions] = process.argv.slice(2).map(Number);
await makeChainFixture({ blocks: blocks!, transactions: transactions! });
