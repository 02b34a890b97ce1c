/**
 * The switches with which every start of the app begins, as far as its command line is ours: the desktop entry, the AppImage,
 * the start at login, `npm start`. Chromium reads them before any code of the app runs, so the app cannot set them itself.
 *
 * With the one for Linux, Chromium's memory allocator, which Electron also gives to V8, LevelDB and the buffers of Node.js,
 * keeps more empty pages for the next allocation. Without it, almost every freed page returns to the system immediately, and
 * a node that syncs frees thousands of small buffers a second: a quarter of its processor time went into that
 * (docs/benchmarks.md). Windows and macOS start the app without arguments; a version of Chromium that lacks the feature
 * ignores its name.
 */
export const START_SWITCHES: readonly string[] = process.platform === 'linux' ? linuxSwitches() : [];

/** What electron-builder.yml and packaging/linux/AppRun repeat. */
export function linuxSwitches(): readonly string[] {
  return ['--enable-features=PartitionAllocLargeEmptySlotSpanRing'];
}
