import type { Command } from './command.ts'

export const abortTransaction: Command = {
  fields: ['recoveryToken'],
  inTransaction: false,
  isRetryable: true,
  run({ transactions, cursors }, { session, txnNumber, connection }) {
    if (!session || txnNumber === undefined) throw new Error('Checked before')
    const transaction = transactions.find(session.key, txnNumber, connection)
    transactions.abort(transaction)
    cursors.closeWhere((cursor) => cursor.transaction === transaction)
    return { fields: {} }
  },
}
