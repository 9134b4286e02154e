import type { AnyEvent } from '@rolecall/contract'
import { eventDefinitions } from '@rolecall/contract/schemas'
import { z } from 'zod'
import type { Access } from '../access/access.ts'
import { exampleOf } from '../example.ts'
import type { Call, Handlers } from '../http/call.ts'
import { fileOf } from '../list-file.ts'
import type { LogModels } from '../log/documents.ts'
import { cursorAt } from '../log/format.ts'
import { placeOf } from '../log/positions.ts'
import { type ReadOptions, readLog } from '../log/read.ts'
import type { Snapshot } from '../log/tx.ts'
import { verify } from '../log/verify.ts'
import { eventsAsCsv } from './csv.ts'

interface Parts {
  readonly models: LogModels
  readonly access: Access
}

const perExportedPage = 500
/** Takes some seconds; of a longer log the caller asks on. */
const perVerification = 50_000

export function createEvents({ models, access }: Parts): Handlers<'events'> {
  const types = {
    data: Object.entries(eventDefinitions).map(([type, { audience, summary, data }]) => {
      const schema = z.toJSONSchema(data)
      return { type, audience, summary, schema: { ...schema }, example: data.parse(exampleOf(schema, type)) }
    }),
  }

  const readPage = (call: Call<'events', 'list'>, options: Omit<ReadOptions, 'audiences'>) =>
    access.readOrganisation(call, async (snapshot, { organisation, permissions }) => {
      const page = await readLog(models, snapshot, organisation, { ...options, audiences: permissions.list })
      return { ...page, data: [...page.data] }
    })

  /** What there is when it begins. Each page asks anew whether the reader may: what is read ends with their access. */
  async function* pagesOf(call: Call<'events', 'list'>): AsyncGenerator<readonly AnyEvent[]> {
    let { after } = call.query
    let upTo: number | undefined
    do {
      const { body, seq } = await readPage(call, { ...call.query, after, upTo, limit: perExportedPage })
      yield body.data
      upTo ??= seq
      after = body.next
    } while (after !== undefined)
  }

  return {
    async list(call) {
      if (call.format === undefined) return readPage(call, call.query)
      return fileOf(call.format, 'events', pagesOf(call), eventsAsCsv)
    },
    async verify(call) {
      const { organisation } = call.params
      const { after } = call.query
      // Here too each page asks anew.
      const through = async <Value>(read: (snapshot: Snapshot) => Promise<Value>): Promise<Value> =>
        (await access.readOrganisation(call, read)).body
      const from = after === undefined ? undefined : await through((one) => placeOf(models, one, organisation, after))
      const verified = await verify(models, organisation, { from, atMost: perVerification, through })
      if (!verified.ok) return { body: verified }
      const { isPartial, ...body } = verified
      return { body: isPartial ? { ...body, next: cursorAt(organisation, body.seq, body.hash) } : body }
    },
    types: async () => ({ body: types }),
  }
}
