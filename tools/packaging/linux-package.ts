/** What a deb or rpm is built from. */
export interface LinuxPackage {
  /** The files as they will be installed. */
  readonly root: string;
  /** A folder for what is in the way afterwards. */
  readonly work: string;
  readonly output: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly maintainer: string;
  readonly url: string;
  readonly license: string;
  /** Section of a deb. */
  readonly category: string;
  /** One line. */
  readonly synopsis: string;
  readonly description: string;
  readonly depends: readonly string[];
  readonly recommends: readonly string[];
  /** Files with the scripts. */
  readonly afterInstall: string;
  readonly afterRemove: string;
}
