import { afterEach } from 'vitest';
import { openWorld, type World, type WorldOptions } from './world.ts';

/** The worlds that the tests of a file have open. */
export interface Worlds {
  /** Those that are stopped after the test; a test takes out what it stops itself. */
  readonly worlds: World[];
  open(options?: WorldOptions): Promise<World>;
  /** Stops a world before the end of the test. */
  close(world: World): Promise<void>;
  /** Stops a world and opens another one on its directory; `between` changes the files. */
  reopen(world: World, options?: WorldOptions, between?: () => void): Promise<World>;
}

/** Call it once, at the top of a file. */
export function worldsOfFile(): Worlds {
  const worlds: World[] = [];
  const open = async (options?: WorldOptions) => {
    const world = await openWorld(options);
    worlds.push(world);
    return world;
  };
  const close = async (world: World) => {
    worlds.splice(worlds.indexOf(world), 1);
    await world.stop();
  };
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.stop();
  });
  return {
    worlds,
    open,
    close,
    async reopen(world, options = {}, between = () => undefined) {
      await close(world);
      between();
      return open({ ...options, directory: world.directory });
    },
  };
}
