import type { Format } from '@rolecall/contract'
import type { Streamed } from './http/call.ts'

type Pages<Item> = AsyncIterable<readonly Item[]>

/** A list as a file, page by page as it is read: as lines of JSON the items are what they are in a page. */
export function fileOf<Item>(
  format: Format,
  name: string,
  pages: Pages<Item>,
  csvOf: (pages: Pages<Item>) => AsyncIterable<string>,
): Streamed {
  const files = {
    'text/csv': () => ({ stream: csvOf(pages), filename: `${name}.csv` }),
    'application/x-ndjson': () => ({ stream: linesOf(pages), filename: `${name}.ndjson` }),
  } as const satisfies Record<Format, () => Streamed>
  return files[format]()
}

async function* linesOf(pages: Pages<unknown>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((item) => `${JSON.stringify(item)}\n`).join('')
}
