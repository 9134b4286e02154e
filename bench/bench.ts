/**
 * How fast it is, each time beside what one would otherwise use, on the same machine in the same run.
 *
 *     npm run bench                        everything, into bench/results.md
 *     npm run bench -- fan-out growth      some parts, to the screen alone
 *     npm run bench -- --quick             small numbers, to see that it runs
 *     npm run bench -- members --profile /tmp/profiles
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { profileInto, stopAll } from './child.ts'
import { can } from './parts/can.ts'
import { delivery } from './parts/delivery.ts'
import { engine } from './parts/engine.ts'
import { fanOut } from './parts/fan-out.ts'
import { growth } from './parts/growth.ts'
import { members } from './parts/members.ts'
import { memory } from './parts/memory.ts'
import { nodes } from './parts/nodes.ts'
import { permissionCheck } from './parts/permission-check.ts'
import { reconnect } from './parts/reconnect.ts'
import { silentReaders } from './parts/silent-readers.ts'
import { webhooks } from './parts/webhooks.ts'
import { heading, type Section, tableOf } from './report.ts'
import { removeFolders } from './world.ts'

export interface Scale {
  readonly quick: boolean
  readonly repeats: number
  /** How long one load lasts. */
  readonly seconds: number
}

const parts: Readonly<Record<string, (scale: Scale) => Promise<Section>>> = {
  'fan-out': fanOut,
  'permission-check': permissionCheck,
  can,
  members,
  delivery,
  nodes,
  reconnect,
  'silent-readers': silentReaders,
  webhooks,
  growth,
  memory,
  engine,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, profile: { type: 'string' } },
})
const unknown = positionals.filter((name) => parts[name] === undefined)
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}. The parts: ${Object.keys(parts).join(', ')}\n`)
  process.exit(1)
}
if (values.profile !== undefined) profileInto(values.profile)

const scale: Scale = values.quick ? { quick: true, repeats: 3, seconds: 1 } : { quick: false, repeats: 7, seconds: 5 }
const tables: string[] = []
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const table = tableOf(await measure(scale))
    await stopAll()
    tables.push(table)
    process.stdout.write(`${table}\n`)
  }
} finally {
  await stopAll()
  await removeFolders()
}
if (positionals.length === 0 && !scale.quick) {
  writeFileSync(new URL('results.md', import.meta.url), [heading(scale.repeats), ...tables].join('\n'))
}
