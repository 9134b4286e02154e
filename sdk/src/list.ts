/** One page of a list. `seq` is the position in the log at which it is exact. */
export interface ListPage<Item> {
  readonly data: readonly Item[]
  readonly next?: string | undefined
  readonly seq?: number | undefined
}

type FirstPage<Page> = Pick<Promise<Page>, 'then' | 'catch' | 'finally'>

/**
 * A list that is read when it is used: `await` gives its first page, `for await` every item of all pages.
 * `More` is what its pages tell besides.
 * @example for await (const member of rolecall.members.list({ organisation })) …
 */
export interface List<Item, More = unknown> extends FirstPage<ListPage<Item> & More>, AsyncIterable<Item> {
  /** Page by page, each with its `seq`. */
  pages(): AsyncIterable<ListPage<Item> & More>
}

export function createList<Item>(readPage: (after: string | undefined) => Promise<ListPage<Item>>): List<Item> {
  let first: Promise<ListPage<Item>> | undefined
  const readFirst = () => {
    first ??= readPage(undefined)
    return first
  }
  async function* pages(): AsyncGenerator<ListPage<Item>> {
    let page = await readFirst()
    yield page
    while (page.next !== undefined) {
      page = await readPage(page.next)
      yield page
    }
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: to be awaited is what it is for
    then: (resolved, rejected) => readFirst().then(resolved, rejected),
    catch: (rejected) => readFirst().catch(rejected),
    finally: (done) => readFirst().finally(done),
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* page.data
    },
  }
}
