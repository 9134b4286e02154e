import type { Command } from './command.ts'

export const abortTransaction: Command = {
  fields: ['recoveryToken'],
  inTransaction: false,
  isRetryable: true,
  run({ transactions }, { session, txnNumber, connection }) {
    if (!session || txnNumber === undefined) throw new Error('Checked before')
    const transaction = transactions.find(session.key, txnNumber, connection)
    transactions.abort(transaction)
    return { fields: {} }
  },
}
