import type { MiningStatus } from '../../../shared/contract/mining.ts';
import { toHex } from '../../core/codec/hex.ts';
import { bitsToTarget } from '../../core/consensus/compact.ts';
import { KithError } from '../../lib/errors.ts';
import { api, type HandlerDeps } from '../base.ts';
import { lockOf } from '../mining.ts';
import { latest } from '../streams.ts';
import { generates } from './network.ts';

export function createMiningHandlers({ node }: HandlerDeps) {
  const { miner, wallets, network } = node;
  // The miner knows locks, not addresses; what was asked for last is what the status shows.
  let address: string | null = null;
  const status = (): MiningStatus => {
    const now = miner.status();
    return { ...now, address: now.running ? address : null };
  };
  return api.mining.router({
    start: api.mining.start.handler(async ({ input }) => {
      const { threads, share } = input;
      const wallet = input.wallet;
      // A wallet gets a fresh address for each block that pays it; an address stays what it is.
      const payout = wallet === undefined ? lockOf(node, input.address!) : () => wallets.payout(wallet);
      address = wallet === undefined ? input.address!.trim() : await wallets.address(wallet);
      await miner.start(payout, threads, share);
      return {};
    }),
    stop: api.mining.stop.handler(async () => {
      await miner.stop();
      return {};
    }),
    status: api.mining.status.handler(status),
    template: api.mining.template.handler(async ({ input }) => {
      const { header, bytes } = await miner.template(lockOf(node, input.address));
      const target = bitsToTarget(header.bits).toString(16).padStart(64, '0');
      return { hex: toHex(bytes), height: header.height, bits: header.bits, target };
    }),
    generate: api.mining.generate.handler(async ({ input }) => {
      if (!generates(network))
        throw new KithError('mining-not-here', network.name, { data: { network: network.name } });
      return { ids: [...(await miner.generate(lockOf(node, input.address), input.blocks))] };
    }),
    watch: api.mining.watch.handler(({ context, signal }) =>
      latest(
        { read: status, subscribe: (wake) => node.chain.onConnected(wake), intervalMs: 1000, pollMs: 1000 },
        { signal, congested: context.congested },
      ),
    ),
  });
}
