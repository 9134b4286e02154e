import type { Member } from '@rolecall/contract'
import { toCsv } from '../csv.ts'

const columns = ['id', 'account', 'name', 'email', 'role', 'status', 'since'] as const

export function membersAsCsv(pages: AsyncIterable<readonly Member[]>): AsyncIterable<string> {
  return toCsv(columns, rowsOf(pages))
}

async function* rowsOf(pages: AsyncIterable<readonly Member[]>) {
  for await (const page of pages) {
    yield page.map(({ id, account, role, status, since }) => ({
      id,
      account: account.id,
      name: account.name,
      email: account.email,
      role,
      status,
      since,
    }))
  }
}
