import { stringify } from 'csv-stringify/sync'

/**
 * Rows as CSV (RFC 4180, UTF-8), page by page. A spreadsheet takes what begins with `=`, `+`, `-` or `@` for a formula,
 * which anybody could have as their name: such a field gets an apostrophe before it.
 */
export async function* toCsv<Column extends string>(
  columns: readonly Column[],
  pages: AsyncIterable<readonly Readonly<Record<Column, string | number>>[]>,
): AsyncGenerator<string> {
  let header = true
  for await (const page of pages) {
    yield stringify([...page], { columns: [...columns], header, escape_formulas: true, record_delimiter: 'windows' })
    header = false
  }
}
