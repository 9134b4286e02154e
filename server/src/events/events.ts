import { eventDefinitions } from '@rolecall/contract/schemas'
import { z } from 'zod'
import type { Access } from '../access/access.ts'
import type { Handlers } from '../http/call.ts'
import type { LogModels } from '../log/documents.ts'
import { readLog } from '../log/read.ts'
import { exampleOf } from './example.ts'

interface Parts {
  readonly models: LogModels
  readonly access: Access
}

export function createEvents({ models, access }: Parts): Handlers<'events'> {
  const types = {
    data: Object.entries(eventDefinitions).map(([type, { audience, summary, data }]) => {
      const schema = z.toJSONSchema(data)
      return { type, audience, summary, schema: { ...schema }, example: data.parse(exampleOf(schema, type)) }
    }),
  }

  return {
    list: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation, permissions }) => {
        const page = await readLog(models, snapshot, organisation, { ...call.query, audiences: permissions.list })
        return { ...page, data: [...page.data] }
      }),
    types: async () => ({ body: types }),
  }
}
