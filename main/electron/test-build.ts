/** Replaced by the bundler (tools/support/bundle.ts). Not defined when the sources run without the bundler. */
declare const KITH_TEST_BUILD: boolean;

/** True only in a package that was built for tests and never in a release; `npm run package:check` looks for the mark. */
export const IS_TEST_BUILD = typeof KITH_TEST_BUILD !== 'undefined' && KITH_TEST_BUILD;

/** Text that a bundle holds only if it was built for tests. */
export const TEST_BUILD_MARK = 'Kith test build: a debugger may attach. Never release it.';

/** Says so at every start. */
export function sayTestBuild(say: (line: string) => void): void {
  if (IS_TEST_BUILD) say(TEST_BUILD_MARK);
}
