/** `npm run test:long` sets it, see vitest.config.ts. */
export const LONG = process.env['KITH_LONG'] === '1';

/** How much of something: the short size in `npm test`, the full one that the requirement names in `npm run test:long`. */
export const scale = (short: number, full: number): number => (LONG ? full : short);
