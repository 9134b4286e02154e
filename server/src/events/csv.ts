import { type AnyEvent, subjectsOf } from '@rolecall/contract'
import { toCsv } from '../csv.ts'

type Pages = AsyncIterable<readonly AnyEvent[]>

const columns = [
  ...['seq', 'id', 'at', 'type', 'actorKind', 'actor', 'actorName', 'subjects', 'affects', 'audience', 'data', 'hash'],
] as const

export function eventsAsCsv(pages: Pages): AsyncIterable<string> {
  return toCsv(columns, rowsOf(pages))
}

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
