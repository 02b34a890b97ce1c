import path from 'node:path';

/** The project's root folder, absolute. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** What the builds write; never committed. */
export const OUT = path.join(ROOT, 'out');
