/** The log as a file, page by page as it is read. */
import { type AnyEvent, type Format, subjectsOf } from '@rolecall/contract'
import { toCsv } from '../csv.ts'
import type { Streamed } from '../http/call.ts'

type Pages = AsyncIterable<readonly AnyEvent[]>

const formats = {
  'text/csv': (pages) => ({ stream: toCsv(columns, rowsOf(pages)), filename: 'events.csv' }),
  'application/x-ndjson': (pages) => ({ stream: linesOf(pages), filename: 'events.ndjson' }),
} as const satisfies Record<Format, (pages: Pages) => Streamed>

export function eventsAs(format: Format, pages: Pages): Streamed {
  return formats[format](pages)
}

const columns = [
  ...['seq', 'id', 'at', 'type', 'actorKind', 'actor', 'actorName', 'subjects', 'affects', 'audience', 'data', 'hash'],
] as const

async function* rowsOf(pages: Pages) {
  for await (const page of pages) {
    yield page.map(({ actor, affects, data, log, cursor, ...event }) => ({
      ...event,
      actorKind: actor.kind,
      actor: actor.id,
      actorName: actor.name,
      subjects: subjectsOf(data).join(' '),
      affects: affects.join(' '),
      data: JSON.stringify(data),
    }))
  }
}

async function* linesOf(pages: Pages): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((event) => `${JSON.stringify(event)}\n`).join('')
}
