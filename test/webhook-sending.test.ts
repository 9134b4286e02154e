import { expect } from 'chai'
import { changeSomebody } from './rig/changes.ts'
import { anOrganisation } from './rig/people.ts'
import { aReceiver } from './rig/receiver.ts'
import { aWebhook, eventOf, ofType, seqsOf } from './rig/sending.ts'

describe('a webhook', () => {
  it('gets each event as HTTP shows it', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver()
    const before = await acme.add('developer')
    await aWebhook(acme, receiver)
    const seq = await changeSomebody(acme, before.member, 'manager')
    const post = await receiver.next(ofType('member.role_changed'))
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/events?limit=200`)
    expect(eventOf(post)).to.deep.equal(body.data.find((event: { seq: number }) => event.seq === seq))
    expect(seqsOf(receiver.received)).to.deep.equal([seq])
  })
})
