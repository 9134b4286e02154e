interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * What is handed in within one turn, or while the last batch is under way, goes out together: a hundred small writes cost
 * little more than one. `send` answers for each of a batch, or rejects for all.
 */
export function together<Item, Result>(
  send: (items: readonly Item[]) => Promise<readonly PromiseSettledResult<Result>[]>,
  atOnce: number,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = []
  let isSending = false

  async function sendBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await send(batch.map(({ item }) => item))
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index]
        if (result?.status === 'fulfilled') resolve(result.value)
        else reject(result?.reason)
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  async function sendAll(): Promise<void> {
    isSending = true
    await Promise.resolve()
    while (waiting.length > 0) await sendBatch(waiting.splice(0, atOnce))
    isSending = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!isSending) void sendAll()
    })
}
