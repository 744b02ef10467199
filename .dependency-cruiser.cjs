/** The import law: who may know whom. Rooms are the top-level folders. */
const rooms = [
  'api',
  'workflows',
  'activities',
  'worker',
  'engine',
  'domain',
  'contracts',
  'store',
  'email',
  'webhooks',
  'client',
  'cli',
  'dev',
  'test',
  'bench',
];

/** What each room may import besides itself. cli and dev join things; test and bench may see everything. */
const allowed = {
  domain: [],
  contracts: ['domain'],
  workflows: ['contracts', 'domain'],
  activities: ['contracts', 'domain', 'store'],
  store: ['domain', 'contracts'],
  email: ['domain', 'contracts'],
  webhooks: ['domain', 'contracts'],
  client: [],
  engine: ['contracts', 'domain', 'store'],
  api: ['contracts', 'domain', 'store', 'engine', 'webhooks'],
  worker: ['contracts', 'domain', 'store', 'engine', 'email', 'webhooks', 'workflows', 'activities'],
  dev: ['contracts'],
  cli: rooms,
  test: rooms,
  bench: rooms,
};

/** Single doors into a room that is otherwise closed. */
const doors = {
  // Addresses are parsed, locales and templates chosen, and templates checked in one place.
  api: [
    '^email/(parse-address|locale-chain|choose-template|check-template|compile-mjml|built-in-library|built-in-partials)\\.ts$',
  ],
};

const lawOf = (room) => ({
  name: `${room}-imports`,
  severity: 'error',
  comment: `${room} may import only: ${allowed[room].join(', ') || 'nothing'}.`,
  from: { path: `^${room}/` },
  to: {
    path: `^(${rooms.join('|')})/`,
    pathNot: [`^(${[room, ...allowed[room]].join('|')})/`, ...(doors[room] ?? [])],
  },
});

const onlyImporter = (name, packages, roomsAllowed) => ({
  name,
  severity: 'error',
  from: { pathNot: `^(${roomsAllowed.join('|')})/` },
  to: { path: `^node_modules/(${packages})/` },
});

module.exports = {
  forbidden: [
    ...rooms.map(lawOf),
    onlyImporter('only-store-talks-to-postgres', 'pg|node-pg-migrate', ['store', 'test']),
    onlyImporter('only-engine-is-a-temporal-client', '@temporalio/client', ['engine', 'test', 'cli']),
    onlyImporter('only-email-makes-mail', 'nodemailer|liquidjs|mjml|html-to-text|htmlparser2', ['email', 'test']),
    onlyImporter('zod-stays-at-the-edge', 'zod', ['api', 'cli', 'test']),
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^domain/' },
      to: { dependencyTypes: ['core', 'npm'], pathNot: '^node_modules/(temporal-polyfill|date-holidays|cron-parser)/' },
    },
    {
      name: 'workflow-code-is-deterministic',
      severity: 'error',
      comment: 'Workflow code runs in the sandbox: no node built-ins, nothing but the SDK.',
      from: { path: '^workflows/' },
      to: { dependencyTypes: ['core', 'npm'], pathNot: '^node_modules/@temporalio/(workflow|common)/' },
    },
    {
      name: 'workflows-know-only-types-of-activities',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-decide-nothing',
      severity: 'error',
      comment: 'What decides may change; workflow code is replayed for years. A test looks at the whole bundle.',
      from: { path: '^workflows/' },
      to: {
        path: '^domain/(calendar|holidays|plan|evaluate|cron|schedule|schedule-spec)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^dist/)' },
  },
};
