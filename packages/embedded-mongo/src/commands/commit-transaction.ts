import { readRetries, writeRetries } from '../sessions/retries.ts'
import { noSuchTransaction } from '../transactions/refusals.ts'
import type { Command } from './command.ts'

export const commitTransaction: Command = {
  fields: ['recoveryToken'],
  inTransaction: false,
  isRetryable: true,
  async run({ transactions, store, commits, now }, { session, txnNumber, connection }) {
    if (!session || txnNumber === undefined) throw new Error('Checked before')
    const latest = transactions.latest(session.key)
    if (latest?.number === txnNumber && latest.ending) return { fields: {}, time: await latest.ending }
    if (latest?.number !== txnNumber) {
      // The client may ask again after the engine was started again: what was committed has left its record.
      const snapshot = store.snapshot()
      const recorded = readRetries(snapshot.view, session.key)
      snapshot.release()
      if (recorded?.isTransaction && recorded.number === txnNumber) {
        await commits.whenDurable(snapshot.time)
        return { fields: {} }
      }
      if (latest === undefined || latest.number < txnNumber) {
        throw noSuchTransaction(txnNumber)
      }
    }
    const transaction = transactions.find(session.key, txnNumber, connection)
    const time = await transactions.commit(transaction, (commit) => {
      const record = { number: txnNumber, isTransaction: true, results: new Map() }
      writeRetries(commit.transaction, session.key, record, now())
    })
    return { fields: {}, time }
  },
}
