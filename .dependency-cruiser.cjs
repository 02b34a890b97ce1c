/**
 * The layers of docs/architecture.md. Calls go down, events go up:
 * core < storage chain mempool metrics mining wallet workers < net < node api rpc electron cli demo session; lib and shared beside them.
 */
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

const L1 = '^main/(storage|chain|mempool|metrics|mining|wallet|workers)/';
const L3 = '^main/(node|api|rpc|electron|cli|demo|session)/|^main/[^/]+\\.ts$';
const ABOVE_L1 = `^main/net/|${L3}`;

/** The folders of main/wallet, lowest first. */
const WALLET_PARTS = 'keys files secrets backup ledger open lists payments contacts batch signing'.split(' ');

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'Move the shared part to a file of its own, or pass it in.'),
    {
      ...rule(
        'no-folder-cycles',
        { path: '^(main|shared|renderer)' },
        { circular: true },
        'Modules form layers too.',
      ),
      scope: 'folder',
    },
    rule('resolvable', {}, { couldNotResolve: true }, 'Every import names a file or a declared package.'),
    rule('no-barrels', {}, { path: '^main/.*(^|/)index\\.ts$' }, 'Import from the file that declares it.'),
    rule(
      'modules-are-flat',
      {},
      { path: '^main/[^/]+/[^/]+/[^/]+/' },
      'Modules are at most two levels below main.',
    ),
    rule(
      'core-is-pure',
      { path: '^main/core/' },
      { pathNot: '^(main/core/|shared/|node_modules/@(noble|scure)/)' },
      'No I/O, clock, randomness, logger, Node.js or Electron in the core.',
    ),
    rule(
      'core-takes-units-only',
      { path: '^main/core/' },
      { path: '^shared/contract/' },
      'The core does not depend on the contract.',
    ),
    rule(
      'shared-is-a-leaf',
      { path: '^shared/' },
      { pathNot: '^(shared/|node_modules/(zod|@orpc)/)' },
      'shared is imported by all and imports nothing of ours.',
    ),
    rule(
      'lib-is-a-leaf',
      { path: '^main/lib/' },
      { path: '^main/', pathNot: '^main/lib/' },
      'Helpers do not depend on their users.',
    ),
    rule('state-imports-nothing-above', { path: L1 }, { path: ABOVE_L1 }, 'Events go up.'),
    ...WALLET_PARTS.slice(0, -1).map((part, i) =>
      rule(
        `wallet-${part}-imports-lower-parts`,
        { path: `^main/wallet/${part}/` },
        { path: `^main/wallet/(${WALLET_PARTS.slice(i + 1).join('|')})/` },
        'main/wallet/README.md has the order of the parts.',
      ),
    ),
    rule(
      'parts-of-wallets-know-no-operation',
      { path: '^main/wallet/[^/]+/' },
      { path: '^main/wallet/[^/]+\\.ts$' },
      'Operations are made of the parts in the folders, never the other way.',
    ),
    rule('net-imports-nothing-above', { path: '^main/net/' }, { path: L3 }, 'Events go up.'),
    rule(
      'api-knows-no-carrier',
      { path: '^main/api/' },
      { path: '^main/(rpc|electron|cli|demo|session)/' },
      'Handlers serve every carrier alike.',
    ),
    rule(
      'carriers-know-no-program',
      { path: '^main/rpc/' },
      { path: '^main/(electron|cli|demo|session)/' },
      'Programs use carriers, never the other way.',
    ),
    rule(
      'electron-only-in-electron',
      { path: '^(main|renderer|shared|tools)/', pathNot: '^main/(electron/|main\\.ts$)' },
      { path: '(^|/)electron(-updater)?(/|$)', pathNot: '^(test|main)/' },
      'The node must run without Electron.',
    ),
    rule(
      'node-thread-without-electron',
      { path: '^main/electron/node-worker\\.ts$' },
      { path: '(^|/)node_modules/electron/', reachable: true },
      'A worker thread has no electron module.',
    ),
    rule(
      'window-sees-only-shared',
      { path: '^renderer/' },
      { path: '^(main|preload|tools|test)/' },
      'The page uses the contract.',
    ),
    rule(
      'preload-is-thin',
      { path: '^preload/' },
      { pathNot: '^(preload/|shared/)|(^|/)electron(/|$)' },
      'Nothing but the bridge.',
    ),
    rule(
      'product-imports-no-tools',
      { path: '^(main|preload|renderer|shared)/' },
      { path: '^(tools|test)/' },
      'What ships never imports what builds or tests it.',
    ),
    rule(
      'product-needs-no-dev-dependency',
      { path: '^(main|shared)/' },
      { dependencyTypes: ['npm-dev'], pathNot: '(^|/)node_modules/(electron|@types)/' },
      'It would be missing from the package.',
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|dist)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.svelte', '.js', '.mjs', '.cjs', '.json', '.css', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types', 'svelte', 'browser'],
    },
  },
};
