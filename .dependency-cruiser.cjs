/** Which part may know which. test/house.test.ts proves that a forbidden import is seen. */
const features =
  '^server/src/(accounts|organisations|members|invitations|roles|permissions|events|sessions|webhooks|applications|repositories|tokens|api-keys|billing)/'

module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolves', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^virtual:' } },
    {
      name: 'contract-knows-nothing-of-ours',
      severity: 'error',
      from: { path: '^packages/contract/' },
      to: { path: '^(server|sdk|packages/(?!contract/)|examples|test)' },
    },
    {
      name: 'sdk-knows-only-the-contract',
      severity: 'error',
      from: { path: '^sdk/' },
      to: { path: '^(server|packages/(?!contract/)|examples|test)' },
    },
    {
      name: 'dashboard-stands-on-the-sdk',
      severity: 'error',
      from: { path: '^packages/dashboard/' },
      to: { path: '^(server|packages/embedded-mongo|examples|test)' },
    },
    {
      name: 'examples-are-users',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(server|packages|test)/' },
    },
    {
      name: 'engine-stands-alone',
      severity: 'error',
      from: { path: '^packages/embedded-mongo/' },
      to: { path: '^(server|sdk|packages/(?!embedded-mongo/)|examples|test)' },
    },
    {
      name: 'only-the-database-starts-the-engine',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/src/database/' },
      to: { path: '^packages/embedded-mongo/' },
    },
    {
      name: 'only-the-composition-root-knows-live',
      severity: 'error',
      from: { path: '^server/src/', pathNot: '^server/src/(live/|app\\.ts$)' },
      to: { path: '^server/src/live/' },
    },
    {
      name: 'log-stands-on-the-database',
      severity: 'error',
      from: { path: '^server/src/(log|database)/' },
      to: { path: `${features}|^server/src/(access|http|live|jobs)/` },
    },
    {
      name: 'access-stands-on-the-log',
      severity: 'error',
      from: { path: '^server/src/access/' },
      to: { path: `${features}|^server/src/(http|live|jobs)/` },
    },
    {
      name: 'organisations-do-not-know-accounts',
      severity: 'error',
      from: { path: '^server/src/(organisations|members)/' },
      to: { path: '^server/src/(accounts|sessions)/' },
    },
    {
      name: 'sessions-do-not-know-accounts',
      severity: 'error',
      from: { path: '^server/src/sessions/' },
      to: { path: '^server/src/accounts/' },
    },
    {
      name: 'members-do-not-know-organisations',
      severity: 'error',
      from: { path: '^server/src/members/' },
      to: { path: '^server/src/organisations/' },
    },
    {
      name: 'nobody-knows-the-operations-on-invitations',
      severity: 'error',
      from: { path: '^server/src/', pathNot: '^server/src/(invitations/|app\\.ts$)' },
      to: { path: '^server/src/invitations/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
    moduleSystems: ['es6'],
  },
}
