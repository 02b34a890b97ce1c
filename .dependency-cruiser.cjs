/**
 * The law of docs/architecture.md. Calls go down, events go up:
 * core < state < network < the edges (api hosts cli demo shell), lib and shared beside them.
 */
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

const ABOVE_STATE = '^main/(network|api|hosts|shell|cli|demo)/|^main/[^/]+\\.ts$';
const EDGES = '^main/(api|hosts|shell|cli|demo)/|^main/[^/]+\\.ts$';

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'Split the shared part out, or pass it in.'),
    rule('resolvable', {}, { couldNotResolve: true }, 'Every import names a file or a package we declare.'),
    rule('no-barrels', {}, { path: '^main/.*(^|/)index\\.ts$' }, 'Import from the file that has it.'),
    rule(
      'core-is-pure',
      { path: '^main/core/' },
      { pathNot: '^(main/core/|shared/|node_modules/@(noble|scure)/)' },
      'No I/O, clock, randomness, logger, Node or Electron in the core.',
    ),
    rule(
      'core-takes-units-only',
      { path: '^main/core/' },
      { path: '^shared/contract/' },
      'The ledger does not know who asks.',
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
      'Helpers know none of their users.',
    ),
    rule('state-knows-nothing-above', { path: '^main/state/' }, { path: ABOVE_STATE }, 'Events go up.'),
    rule('network-knows-no-edge', { path: '^main/network/' }, { path: EDGES }, 'Events go up.'),
    rule(
      'api-knows-no-carrier',
      { path: '^main/api/' },
      { path: '^main/(hosts|shell|cli|demo)/' },
      'Handlers serve every carrier alike.',
    ),
    rule(
      'hosts-know-no-program',
      { path: '^main/hosts/' },
      { path: '^main/(shell|cli|demo)/' },
      'A carrier is used by programs, never the other way.',
    ),
    rule(
      'electron-only-in-shell',
      { path: '^(main|renderer|shared|tools)/', pathNot: '^main/(shell/|main\\.ts$)' },
      { path: '(^|/)electron(-updater)?(/|$)', pathNot: '^(test|main)/' },
      'The node must run without Electron.',
    ),
    rule(
      'node-thread-without-electron',
      { path: '^main/shell/node-worker\\.ts$' },
      { path: '(^|/)node_modules/electron/', reachable: true },
      'A worker thread has no electron module.',
    ),
    rule(
      'window-sees-only-shared',
      { path: '^renderer/' },
      { path: '^(main|preload|tools|test)/' },
      'Talk through the contract.',
    ),
    rule(
      'preload-is-thin',
      { path: '^preload/' },
      { pathNot: '^(preload/|shared/)|(^|/)electron(/|$)' },
      'Nothing but the bridge.',
    ),
    rule(
      'product-needs-no-workshop',
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
