// Who may know whom. One rule per row of the layering table; each has a sentence for the one who trips over it.
// Imports go downward only: domain, catalogue and records, platform, db and connectors, notifiers and engine, queries and commands, app and jobs.

const TESTS = '\\.test\\.tsx?$'
const LAYERS = ['domain', 'catalogue', 'records', 'platform', 'db', 'connectors', 'notifiers', 'engine', 'access', 'queries', 'commands']

// Next wants two files of the web shell at the root.
const WEB = ['^app/', '^(instrumentation|proxy)\\.ts$']
const CONNECTOR_WORDS = '^lib/connectors/kit/(connector|files)\\.ts$'

/** Everything in lib, app and jobs that `folder` may not import, given what it may. */
function layer(folder, allowed, comment, exceptions = []) {
  const forbidden = LAYERS.filter((name) => name !== folder && !allowed.includes(name)).map((name) => `^lib/${name}/`)
  return {
    name: `${folder}-imports-downward`,
    comment,
    severity: 'error',
    from: { path: `^lib/${folder}/`, pathNot: TESTS },
    to: { path: [...forbidden, ...WEB, '^jobs/'], pathNot: exceptions },
  }
}

/** No input or output in `folder`: only these packages, and of Node only these modules. */
function pure(folder, packages, modules, comment) {
  return {
    name: `${folder}-has-no-effects`,
    comment,
    severity: 'error',
    from: { path: `^lib/${folder}/`, pathNot: TESTS },
    to: {
      dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'],
      pathNot: [...modules.map((name) => `^(node:)?${name}$`), `node_modules/(@types/)?(${packages.join('|')})/`],
    },
  }
}

export default {
  forbidden: [
    layer('domain', [], 'The domain is pure: it knows nothing but itself. Pass values in, return values out.'),
    layer(
      'catalogue',
      ['domain'],
      'The catalogue compiles YAML into what it declares; it knows the rules and nothing of rows, files or databases.',
    ),
    layer(
      'records',
      ['domain'],
      'Records are rows on their way, pure: bytes in, rows out; where they come from and go to is said by others.',
    ),
    layer(
      'platform',
      ['domain', 'catalogue', 'records'],
      'The platform holds clock, log, errors and processes; it knows no business beyond the domain.',
    ),
    layer(
      'db',
      ['domain', 'catalogue', 'records', 'platform'],
      'The database layer maps rows to domain values; decisions stand in domain and commands.',
    ),
    layer(
      'connectors',
      ['domain', 'catalogue', 'records', 'platform'],
      'A connector speaks to one outside system and returns domain values; recording them is a command.',
    ),
    layer(
      'notifiers',
      ['domain', 'catalogue', 'records', 'platform'],
      'A notifier is handed a message and sends it; it reads no database.',
    ),
    layer(
      'engine',
      ['domain', 'catalogue', 'records', 'platform', 'connectors'],
      'The engine runs flows; what it stores and when goes through effects that are handed in.',
    ),
    layer(
      'access',
      ['domain', 'catalogue', 'records', 'platform', 'db'],
      'Access decides who may do what and leaves the trace of it; what is done stands in commands.',
    ),
    layer(
      'queries',
      ['domain', 'catalogue', 'records', 'platform', 'db'],
      'A query reads for one screen: from the database, never from an outside system.',
    ),
    layer(
      'commands',
      ['domain', 'catalogue', 'records', 'platform', 'db', 'notifiers', 'engine', 'access'],
      'A command decides and writes; looking at outside systems is the job of a job.',
      [CONNECTOR_WORDS],
    ),
    {
      name: 'commands-take-only-words-from-connectors',
      comment: 'A command may name the types of what a connector saw, nothing else of connectors.',
      severity: 'error',
      from: { path: '^lib/commands/', pathNot: TESTS },
      to: { path: CONNECTOR_WORDS, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'connectors-load-little',
      comment:
        'Every worker loads every connector: of its own folder it names what a catalogue is checked by, and what sessions need is loaded by `open`.',
      severity: 'error',
      from: { path: '^lib/connectors/[^/]+\\.ts$', pathNot: TESTS },
      to: {
        path: '^lib/connectors/(?!kit/)[^/]+/',
        pathNot: '/(settings|request|query|search|identity|clock-sources|extract|sign-in|table-path)\\.ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'app-reads-queries-and-writes-commands',
      comment: 'The web shell parses, calls one query or one command and renders. Outside effects are job requests.',
      severity: 'error',
      from: { path: WEB, pathNot: TESTS },
      to: { path: ['^lib/(db|connectors|notifiers|engine)/', '^jobs/'] },
    },
    {
      name: 'jobs-do-not-know-app',
      comment: 'The two shells never meet: put what both need into lib.',
      severity: 'error',
      from: { path: '^jobs/', pathNot: TESTS },
      to: { path: WEB },
    },
    {
      name: 'production-imports-no-test-tools',
      comment: 'lib/testing is for tests, the demo and the journeys only.',
      severity: 'error',
      from: { path: '^(lib|app|jobs)/', pathNot: [TESTS, '^lib/testing/'] },
      to: { path: ['^lib/testing/', '^e2e/', TESTS] },
    },
    {
      name: 'production-does-not-know-the-demo',
      comment: 'demo/ can be deleted and nothing else changes.',
      severity: 'error',
      from: { path: '^(lib|app|jobs)/', pathNot: [TESTS, '^lib/testing/'] },
      to: { path: '^demo/' },
    },
    pure(
      'domain',
      ['zod', 'cron-parser', 'luxon', 'tinyqueue'],
      [],
      'The domain does no input or output: of npm it may use zod, a heap and the cron and time-zone libraries.',
    ),
    pure(
      'catalogue',
      ['zod', 'yaml', 'damerau-levenshtein', 'diff'],
      [],
      'The catalogue reads texts, not files: of npm it may use zod, the yaml library, an edit distance and a comparison of lines.',
    ),
    pure(
      'records',
      ['zod', 'csv-parse', 'csv-stringify', 'fflate'],
      ['buffer', 'crypto', 'stream', 'stream/promises', 'zlib'],
      'Records are read from bytes that others fetch: of npm they may use zod and the libraries of their formats.',
    ),
    {
      name: 'wording-is-light',
      comment: 'Page, terminal, mail and feeds share the wording: it leads to neither zod nor luxon, by whatever way.',
      severity: 'error',
      from: { path: '^lib/domain/wording/', pathNot: TESTS },
      to: { path: 'node_modules/(@types/)?(zod|luxon)/', reachable: true },
    },
    {
      name: 'prisma-stays-in-db',
      comment: 'The Prisma client and its generated types stop at lib/db; its functions return domain values.',
      severity: 'error',
      from: { path: '^(lib|app|jobs|demo|e2e)/', pathNot: '^lib/db/' },
      to: { path: ['^lib/db/generated/', 'node_modules/@prisma/'] },
    },
    {
      name: 'react-and-next-stay-in-app',
      comment: 'Only the web shell knows React and Next, so that everything else survives them.',
      severity: 'error',
      from: { path: '^(lib|jobs)/' },
      to: { path: 'node_modules/(@types/)?(next|react|react-dom)/' },
    },
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one idea in two places: move the shared part down.',
      severity: 'error',
      from: { pathNot: '^lib/db/generated/' },
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that cannot be followed would make every rule above pass without looking.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^lib/db/generated/'] },
    exclude: { path: ['^\\.next', '^node_modules/.*/dist'] },
    tsPreCompilationDeps: true,
    // Nobody asks who depends on a module.
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default', 'require'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
