/**
 * The floors of docs/architecture.md: imports point down only.
 *   apps > features > drivers > platform. sandbox and console stand beside them.
 */
const floor = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    floor(
      'platform-knows-nothing-above',
      '^src/platform/',
      '^src/(apps|features|drivers|sandbox)/',
      'The ground floor knows nothing of mail.',
    ),
    floor(
      'the-port-depends-on-nobody',
      '^src/drivers/port/',
      '^(src/(?!drivers/port/)|migrations/)',
      'Features and drivers meet at the port; it knows neither.',
    ),
    {
      name: 'drivers-know-only-the-port',
      severity: 'error',
      comment: 'A driver is a client without Nest or a database, and knows no other driver.',
      from: { path: '^src/drivers/([^/]+)/' },
      to: { path: '^(src/(?!drivers/)|src/drivers/(?!port/)|migrations/)', pathNot: '^src/drivers/$1/' },
    },
    {
      name: 'drivers-without-framework',
      severity: 'error',
      from: { path: '^src/drivers/' },
      to: { path: 'node_modules/(@nestjs|typeorm|pg|bullmq)/' },
    },
    {
      name: 'features-speak-the-port',
      severity: 'error',
      comment:
        'One file makes the client, one holds what drivers tell people; all else knows mail servers by the port, and so takes another kind.',
      from: {
        path: '^src/features/',
        pathNot: '^src/features/(profiles/exchange-server-factory|failures/driver-explanations)\\.ts$',
      },
      to: { path: '^src/drivers/(?!port/)' },
    },
    floor(
      'features-below-apps',
      '^src/features/',
      '^src/(apps|sandbox)/',
      'A feature does not know which process runs it.',
    ),
    floor(
      'sandbox-stands-apart',
      '^src/sandbox/',
      '^src/(apps|features|drivers|platform)/',
      'The sandbox must not share the mistakes of the client.',
    ),
    {
      name: 'console-knows-the-api-only',
      severity: 'error',
      comment: 'The web app runs in the browser and knows the HTTP API by its generated types.',
      from: { path: '^src/console/' },
      to: { path: '^(src/(?!console/)|migrations/)' },
    },
    {
      name: 'nobody-knows-the-console',
      severity: 'error',
      comment: 'It is files to the server, see src/apps/console.ts.',
      from: { pathNot: '^src/console/' },
      to: { path: '^src/console/' },
    },
    {
      name: 'console-pages-stand-alone',
      severity: 'error',
      comment: 'What two pages share is one of parts/.',
      from: { path: '^src/console/pages/([^/]+)/' },
      to: { path: '^src/console/pages/', pathNot: '^src/console/pages/$1/' },
    },
    {
      name: 'console-parts-know-no-pages',
      severity: 'error',
      from: { path: '^src/console/(parts|api|session|frame)/' },
      to: { path: '^src/console/pages/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nobody imports it: remove it.',
      from: {
        orphan: true,
        path: '^(src|migrations)/',
        pathNot: '^src/((main|sandbox/main)\\.ts|console/main\\.tsx)$',
      },
      to: {},
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      // The console is bundled: what it uses is needed for the build only.
      from: { path: '^(src|migrations)/', pathNot: '^src/console/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
