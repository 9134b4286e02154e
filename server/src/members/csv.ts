import type { Member } from '@rolecall/contract'
import { stringify } from 'csv-stringify/sync'

const columns = ['id', 'account', 'name', 'email', 'role', 'status', 'since'] as const

/**
 * Members as CSV (RFC 4180, UTF-8), page by page. A spreadsheet takes what begins with `=`, `+`, `-` or `@` for a formula,
 * which anybody could have as their name: such a field gets an apostrophe before it.
 */
export async function* membersAsCsv(pages: AsyncIterable<readonly Member[]>): AsyncGenerator<string> {
  let header = true
  for await (const page of pages) {
    const rows = page.map(({ id, account, role, status, since }) => ({
      id,
      account: account.id,
      name: account.name,
      email: account.email,
      role,
      status,
      since,
    }))
    yield stringify(rows, { columns: [...columns], header, escape_formulas: true, record_delimiter: 'windows' })
    header = false
  }
}
