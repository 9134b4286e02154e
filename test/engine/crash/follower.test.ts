import { expect } from 'chai'
import { useEngine } from '../running-engine.ts'
import { createFollower } from './follower.ts'

describe('the stream that follows an engine over its crashes', () => {
  const { client, collection, db } = useEngine({ testCommands: true })

  /** Until the stream has asked the engine for more, and got the error. */
  const failed = async (errorCode: number): Promise<void> => {
    const data = { failCommands: ['getMore'], errorCode, errorLabels: [] }
    await client()
      .db('admin')
      .command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data })
  }

  for (const isKilled of [false, true]) {
    it(`counts what the engine answers as a fault ${isKilled ? 'after its end too' : 'before its end'}`, async () => {
      const follower = createFollower()
      await follower.follow(client(), { isKilled })
      await failed(286)
      while (follower.faults.length === 0) await collection().insertOne({})
      expect(follower.faults).to.have.length(1)
      expect(follower.faults[0]).to.match(/^the stream ended: MongoServerError/)
      await db().dropDatabase()
    })
  }
})
