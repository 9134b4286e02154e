import { randomBytes } from 'node:crypto'
import { Binary, type Document, Long } from 'bson'
import { type WireClient, wireClient } from '../wire-client.ts'

/**
 * Asks for numbered writes, and after a crash again for the one of which it has heard nothing, as a driver would: it
 * must have been done once. Every second one is a transaction, of which the commit is asked for again.
 */
export interface Retrier {
  /** Until the engine is killed; before that every answer is looked at. */
  run(uri: string): Promise<void>
  readonly faults: readonly string[]
  /** How often something was asked for again. */
  readonly repeated: number
}

class EngineGone extends Error {}

export const createRetrier = (): Retrier => {
  const lsid = { id: new Binary(randomBytes(16), Binary.SUBTYPE_UUID) }
  const faults: string[] = []
  let number = 0
  let isAsked = false
  let repeated = 0

  const ask = async (client: WireClient, command: Document): Promise<Document> => {
    const answer = await Promise.race([client.ask({ ...command, lsid, $db: command.$db ?? 'shop' }), client.closed])
    if (!answer) throw new EngineGone()
    return answer.body
  }

  const count = (client: WireClient): Promise<Document> =>
    ask(client, {
      findAndModify: 'retried',
      query: { _id: 'counted' },
      update: { $inc: { n: 1 } },
      upsert: true,
      new: true,
      txnNumber: Long.fromNumber(number),
    })

  const inTransaction = { txnNumber: Long.fromInt(0), autocommit: false }

  const begin = async (client: WireClient): Promise<void> => {
    const txnNumber = Long.fromNumber(number)
    for (const [place, collection] of ['retried', 'mirrored'].entries()) {
      const start = place === 0 ? { startTransaction: true } : {}
      const documents = [{ _id: number }]
      const { ok, errmsg } = await ask(client, { insert: collection, documents, ...inTransaction, txnNumber, ...start })
      if (ok !== 1) faults.push(`transaction ${number}: ${errmsg}`)
    }
  }

  const commit = (client: WireClient): Promise<Document> =>
    ask(client, { commitTransaction: 1, ...inTransaction, txnNumber: Long.fromNumber(number), $db: 'admin' })

  const isThere = async (client: WireClient, collection: string): Promise<boolean> => {
    const { n } = await ask(client, { count: collection, query: { _id: number } })
    return n === 1
  }

  const write = async (client: WireClient): Promise<void> => {
    const { value, errmsg } = await count(client)
    if (value?.n !== (number + 1) / 2) faults.push(`write ${number} counted ${value?.n} ${errmsg ?? ''}`)
  }

  /** The transaction of before the crash was committed, and is known to be, or nothing of it is there. */
  const commitAgain = async (client: WireClient): Promise<void> => {
    const { ok, code } = await commit(client)
    const both = [await isThere(client, 'retried'), await isThere(client, 'mirrored')]
    const isRight = ok === 1 ? both.every(Boolean) : code === 251 && !both.some(Boolean)
    if (!isRight) faults.push(`transaction ${number}: ${ok === 1 ? 'committed' : code}, there: ${both.join(' and ')}`)
  }

  const goOn = async (client: WireClient): Promise<void> => {
    if (isAsked) {
      repeated += 1
      await (number % 2 === 1 ? write(client) : commitAgain(client))
    }
    for (;;) {
      isAsked = false
      number += 1
      if (number % 2 === 0) await begin(client)
      isAsked = true
      if (number % 2 === 1) await write(client)
      else if ((await commit(client)).ok !== 1) faults.push(`transaction ${number} was not committed`)
    }
  }

  return {
    async run(uri) {
      const client = await wireClient(uri)
      await goOn(client).catch((error: unknown) => {
        if (!(error instanceof EngineGone)) faults.push(`it could not go on: ${error}`)
      })
      client.close()
    },
    faults,
    get repeated() {
      return repeated
    },
  }
}
