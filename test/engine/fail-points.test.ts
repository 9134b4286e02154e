import { expect } from 'chai'
import type { ClientSession, Document, MongoServerError } from 'mongodb'
import { refusal, useEngine } from './running-engine.ts'

const failCommand = (data: Document): Document => ({ configureFailPoint: 'failCommand', mode: { times: 1 }, data })

/** As the engine gave them; the driver adds some of its own. */
const labelsOf = ({ errorResponse }: MongoServerError): unknown => errorResponse.errorLabels

describe('commands that are made to fail', () => {
  const { client, collection } = useEngine({ testCommands: true })

  const failing = async (
    command: string,
    errorCode: number,
    run: () => Promise<unknown>,
  ): Promise<MongoServerError> => {
    await client()
      .db('admin')
      .command(failCommand({ failCommands: [command], errorCode }))
    return refusal(run())
  }
  const inTransaction = async (run: (session: ClientSession) => Promise<unknown>): Promise<unknown> => {
    const session = client().startSession()
    session.startTransaction()
    return run(session).finally(() => session.endSession())
  }

  it('have the labels that MongoDB gives them', async () => {
    // The driver asks again after what it can; ShutdownInProgress is answered twice.
    const twice = { ...failCommand({ failCommands: ['insert'], errorCode: 91 }), mode: { times: 2 } }
    await client().db('admin').command(twice)
    const write = await refusal(collection().insertOne({}))
    expect([write.codeName, labelsOf(write)]).to.deep.equal(['ShutdownInProgress', ['RetryableWriteError']])
    const read = await failing('find', 91, () => inTransaction((session) => collection().findOne({}, { session })))
    expect(labelsOf(read)).to.deep.equal(['TransientTransactionError'])
    const other = await failing('find', 2, () => inTransaction((session) => collection().findOne({}, { session })))
    expect(labelsOf(other)).to.equal(undefined)
    const plain = await failing('find', 123_456, () => collection().findOne())
    expect([plain.codeName, labelsOf(plain)]).to.deep.equal(['Location123456', undefined])
  })
})

describe('commands that make others fail', () => {
  const { client } = useEngine()

  it('are none, unless the engine was started for tests', async () => {
    const asked = client()
      .db('admin')
      .command(failCommand({ failCommands: ['find'], errorCode: 1 }))
    expect((await refusal(asked)).codeName).to.equal('CommandNotFound')
  })
})
