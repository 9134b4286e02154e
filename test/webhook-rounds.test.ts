import { expect } from 'chai'
import { trusted } from 'mongoose'
import { models as logModels } from '../server/src/log/documents.ts'
import { createPages } from '../server/src/log/pages.ts'
import { models as webhookModels } from '../server/src/webhooks/documents.ts'
import { createEnabled } from '../server/src/webhooks/enabled.ts'
import { createRounds } from '../server/src/webhooks/rounds.ts'
import { changeSomebody, rename } from './rig/changes.ts'
import { anOrganisation, type TestOrganisation } from './rig/people.ts'
import { aReceiver } from './rig/receiver.ts'
import { aWebhook } from './rig/sending.ts'
import { sharedServer } from './rig/server.ts'
import { atEnd } from './rig/teardown.ts'

/** An organisation with its paused endpoints, which are enabled where it is copied to, and no server sends. */
async function copied({ id }: TestOrganisation) {
  const { connection } = (await sharedServer()).app
  const aside = connection.useDb(`rounds_${id.slice(-8)}`)
  atEnd(async () => void (await aside.dropDatabase()))
  const copy = async (name: string, filter: object) => {
    const found = await connection.collection(name).find(filter).toArray()
    await aside.collection(name).insertMany(found)
  }
  await copy('events', { log: id })
  await copy('heads', { _id: id })
  await copy('webhooks', { organisation: id })
  await copy('webhookCursors', { organisation: id })
  const models = { ...webhookModels(aside), ...logModels(aside) }
  await models.webhooks.updateMany({}, { $unset: { stopped: 1 } })
  return models
}

describe('endpoints of an organisation of which nothing is known yet', () => {
  it('are woken by what concerns them, once they have been read', async () => {
    const acme = await anOrganisation()
    const { member } = await acme.add('developer')
    const receiver = await aReceiver()
    const [, members, organisations] = [
      await aWebhook(acme, receiver, { types: ['invitation.*'] }),
      await aWebhook(acme, receiver, { types: ['member.*'] }),
      await aWebhook(acme, receiver, { types: ['organisation.*'] }),
    ]
    const seqs = [await changeSomebody(acme, member, 'manager'), await rename(acme)]
    const { connection } = (await sharedServer()).app
    const events = await logModels(connection)
      .events.find({ log: acme.id, seq: trusted({ $in: seqs }) })
      .sort({ seq: 1 })
      .lean()
    const woken: string[] = []
    await new Promise<void>((resolve, reject) => {
      const enabled = createEnabled(webhookModels(connection), reject)
      const wake = (id: string) => {
        woken.push(id)
        if (id === organisations?.id) resolve()
      }
      for (const event of events) enabled.concerned(event, wake)
    })
    expect(woken).to.deep.equal([members?.id, organisations?.id])
  })
})

describe('endpoints that are behind their log', () => {
  it('are moved past what has nothing to do with them, and woken by what has', async () => {
    const acme = await anOrganisation()
    const { member } = await acme.add('developer')
    const receiver = await aReceiver()
    const endpoint = (types: string[]) => aWebhook(acme, receiver, { types, enabled: false })
    const passed = await endpoint(['invitation.*'])
    const wanting = await endpoint(['invitation.*', 'member.*'])
    const changed = await endpoint(['invitation.*'])
    const left = await endpoint(['invitation.*'])
    await changed.call('PATCH', '', { description: 'Changed' })
    const end = await changeSomebody(acme, member, 'manager')
    const models = await copied(acme)
    const lease = { node: 'gone', until: new Date(0) }
    await models.webhookCursors.updateOne({ _id: left.id }, { $set: { lease } })
    const before = await models.webhookCursors.find().sort({ _id: 1 }).lean()
    const rounds = createRounds({ models, pages: createPages(models), isAlone: false, now: () => new Date() })
    const woken: string[] = []
    await rounds.behind((id) => woken.push(id))
    expect(woken).to.have.members([wanting.id, changed.id, left.id])
    const moved = before.map((cursor) => (cursor._id === passed.id ? { ...cursor, seq: end } : cursor))
    expect(await models.webhookCursors.find().sort({ _id: 1 }).lean()).to.deep.equal(moved)
  })
})
