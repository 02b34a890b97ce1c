import type { MiningStatus } from '../../shared/contract/mining.ts';
import type { MiningPause } from '../../shared/contract/vocabulary.ts';
import { MINING_PAUSED } from '../../shared/sentences/node.ts';
import { toHex } from '../core/codec/hex.ts';
import { bitsToTarget } from '../core/consensus/compact.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import { KithError } from '../lib/errors.ts';
import { api, type HandlerDeps } from './base.ts';
import { lockOf } from './mining.ts';
import { latest } from './streams.ts';
import { generates } from './network-handlers.ts';

export function createMiningHandlers({ node }: HandlerDeps) {
  const { miner, wallets, network, settings } = node;
  // The miner knows only locks, so the requested address or wallet is kept here.
  let payout: { address: string } | { wallet: string } | null = null;
  let paused: MiningPause | null = null;
  const hold = (reason: MiningPause | null): void => {
    paused = reason;
    miner.hold(reason === null ? null : { code: `mining-paused-${reason}`, message: MINING_PAUSED[reason] });
  };
  const status = (): MiningStatus => {
    const now = miner.status();
    const to = now.running ? payout : null;
    if (to === null) return { ...now, address: null, wallet: null };
    if ('address' in to) return { ...now, address: to.address, wallet: null };
    const { wallet } = to;
    // The wallet may have been deleted: the miner stops at the next block, and has no payout until then.
    const isHere = wallets.list().some(({ name }) => name === wallet);
    return { ...now, address: isHere ? encodeAddress(network.hrp, wallets.payout(wallet)) : null, wallet };
  };
  return api.mining.router({
    start: api.mining.start.handler(async ({ input }) => {
      const defaults = settings.miningDefaults();
      const { wallet, threads = defaults.threads, share = defaults.share } = input;
      if (paused === 'user') hold(null);
      if (wallet === undefined) {
        const address = input.address!;
        await miner.start(lockOf(node, address), threads, share);
        payout = { address };
      } else {
        // A wallet gives a new address for each block that pays it. Called once now, so that an unknown wallet fails
        // immediately.
        wallets.payout(wallet);
        await miner.start(() => wallets.payout(wallet), threads, share);
        payout = { wallet };
      }
      return {};
    }),
    stop: api.mining.stop.handler(async () => {
      await miner.stop();
      return {};
    }),
    pause: api.mining.pause.handler(({ input: { reason } }) => {
      hold(reason);
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
