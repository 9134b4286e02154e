/**
 * Writes docs/reference.md from the tables of the contract and the server: `node --import tsx scripts/docs.ts`.
 * test/docs.test.ts fails while the file is not what this would write.
 */
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import {
  adminOnlyPermissions,
  allPermissions,
  builtInRoles,
  holds,
  type Operation,
  operations,
  permissions,
  problems,
} from '../packages/contract/src/index.ts'
import { eventDefinitions } from '../packages/contract/src/schemas.ts'
import { settings } from '../server/src/config.ts'
import { createMetrics } from '../server/src/http/metrics.ts'
import { handshakes, policies } from '../server/src/http/rate-limits.ts'
import { createMeasures } from '../server/src/webhooks/measures.ts'

/** Where the reference lies. */
const referenceFile = new URL('../docs/reference.md', import.meta.url)

/** The reference as it should be. */
export function reference(): string {
  return [
    '# Reference',
    '',
    'Generated from the tables that the server itself runs on. How requests and answers look in general is in',
    '[http-api.md](http-api.md); every field of every body is in `/openapi.json` of a running server.',
    '',
    ...section('Roles and permissions', [
      'What each role permits. How the source was read: [decisions/roles.md](decisions/roles.md).',
      '',
      ...table(
        ['permission', '', ...Object.values(builtInRoles).map(({ name }) => name)],
        allPermissions.map((permission) => [
          code(permission),
          permissions[permission],
          ...Object.keys(builtInRoles).map((role) => (holds(role as keyof typeof builtInRoles, permission) ? '✓' : '')),
        ]),
      ),
      '',
      `No custom role can hold ${adminOnlyPermissions.map(code).join(', ')}: they stay with Admin.`,
    ]),
    ...section('Operations', [
      'Paths stand below `/v1`. *Fenced*: the answer waits until whoever lost access is refused.',
      '*dryRun*: with `?dryRun=true` it answers what would happen, and changes nothing.',
      '*People*: API keys get 403, as for everything that needs `self`.',
      '*Operator*: the platform’s operator may ask too, with the token of `OPERATOR_TOKEN`.',
      '',
      ...table(
        ['SDK', 'request', 'needs', 'status', ''],
        Object.entries(operations).flatMap(([feature, ofFeature]) =>
          Object.entries<Operation>(ofFeature).map(([name, operation]) => [
            code(`${feature}.${name}`),
            code(`${operation.method} ${operation.path}`),
            operation.needs in permissions ? code(operation.needs) : operation.needs,
            `${operation.status}`,
            [
              operation.summary,
              operation.revokes && '*(fenced)*',
              operation.previews && '*(dryRun)*',
              operation.people && '*(people)*',
              operation.operator && '*(operator)*',
            ]
              .filter(Boolean)
              .join(' '),
          ]),
        ),
      ),
    ]),
    ...section('Problems', [
      'Tell errors apart by their code, which is stable; title and detail are for people.',
      '',
      ...table(
        ['code', 'status', 'title'],
        Object.entries(problems).map(([name, { status, title }]) => [code(name), `${status}`, title]),
      ),
    ]),
    ...section('Events', [
      'Who may see an event: holders of the permission in the organisation, or, in an account’s own log, its owner',
      '(`self`). The JSON Schema of each `data`, with an example, is at `GET /v1/event-types`.',
      '',
      ...table(
        ['type', 'audience', ''],
        Object.entries(eventDefinitions).map(([type, { audience, summary }]) => [code(type), code(audience), summary]),
      ),
    ]),
    ...section('Settings', [
      'Environment variables, checked at start: all mistakes are named at once.',
      '',
      ...table(
        ['variable', 'default', ''],
        Object.values<{ name: string; default?: string; description: string }>(settings).map((setting) => [
          code(setting.name),
          setting.default ? code(setting.default) : '',
          setting.description,
        ]),
      ),
      '',
      'Of several nodes each may have its own',
      `${Object.values<{ name: string; mayDiffer?: true }>(settings)
        .filter(({ mayDiffer }) => mayDiffer === true)
        .map(({ name }) => code(name))
        .join(', ')}; all others have to be the same everywhere.`,
    ]),
    ...section('Rate limits', [
      'Counted by each process, by account or API key for whoever is known and by address for everybody else. Every answer',
      'says in `RateLimit` what is left; a refusal says in `Retry-After` when to come back.',
      '',
      ...table(
        ['limit', 'counted by', 'requests', 'in seconds', 'of'],
        Object.entries<(typeof policies)[keyof typeof policies]>(policies)
          .map(([name, policy]) => [
            name,
            policy.by,
            `${policy.quota}`,
            `${policy.windowSeconds}`,
            'operations' in policy ? policy.operations.map(code).join(', ') : 'everything',
          ])
          .concat([
            ['handshake', 'address', `${handshakes.quota}`, `${handshakes.windowSeconds}`, 'connections of Socket.IO'],
          ]),
      ),
    ]),
    ...section('Metrics', [
      'At `/metrics`, in the format of Prometheus, beside those of the process and of Node.js (`process_…`, `nodejs_…`).',
      '',
      ...table(['metric', ''], ourMetrics()),
    ]),
  ].join('\n')
}

function ourMetrics(): string[][] {
  const { registry } = createMetrics({ connected: () => 0, unsentBytes: () => 0 })
  createMeasures(registry)
  return registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('rolecall_'))
    .map(({ name, help }) => [code(name), help])
}

const section = (title: string, lines: readonly string[]): string[] => [`## ${title}`, '', ...lines, '']

const code = (text: string): string => `\`${text}\``

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(referenceFile, reference())
}
