import { expect } from 'chai'
import { connectLive } from './rig/live.ts'
import { type Answer, anOrganisation } from './rig/people.ts'
import { made, webhookEvents } from './rig/webhooks.ts'

const told = ({ status, body }: Answer) => [status, body?.code]

const leading: readonly ['PATCH' | 'POST', string, object?][] = [
  ['PATCH', '', { url: 'https://example.com/elsewhere' }],
  ['POST', '/rotate-secret', {}],
]
/** And these have the owner sent what they may see. */
const sending: readonly [string, string, object?][] = [
  ['POST', '/test'],
  ['POST', '/replay', { since: '2026-01-01T00:00:00Z' }],
]
const directing = [...leading, ...sending]

describe('a webhook endpoint of somebody else', () => {
  it('is directed by those alone who may see what its owner may; the others adopt it first', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    const { path } = await made(acme)
    const before = await webhookEvents(acme)
    for (const [method, below, body] of directing) {
      const answer = await manager.api(method, `${path}${below}`, body)
      expect(told(answer), below).to.deep.equal([403, 'forbidden'])
      expect(answer.body.detail).to.include('Adopt it first')
    }
    expect(await webhookEvents(acme)).to.deep.equal(before)
    const harmless = { description: 'Described', types: ['role.*'], ordered: true, enabled: false }
    expect((await manager.api('PATCH', path, harmless)).body).to.deep.include(harmless)
    expect(told(await manager.api('PATCH', path, { enabled: true }))).to.deep.equal([403, 'forbidden'])
    const adopted = await manager.api('POST', `${path}/adopt`)
    expect(adopted.body.owner).to.deep.equal({ id: manager.account.id, name: manager.account.name })
    expect(adopted.body.enabled).to.equal(false)
    expect((await manager.api('PATCH', path, { enabled: true })).body.enabled).to.equal(true)
    for (const [method, below, body] of directing) {
      expect((await manager.api(method, `${path}${below}`, body)).status, below).to.be.within(200, 299)
    }
    // The other way round sending is open, since an Admin sees what a Manager may. Yet the Manager may see more one day.
    for (const [method, below, body] of sending) {
      expect((await acme.admin.api(method, `${path}${below}`, body)).status, below).to.be.within(200, 299)
    }
    const lead = { PATCH: { url: 'https://example.com/again' }, POST: {} }
    for (const [method, below] of leading) {
      const answer = await acme.admin.api(method, `${path}${below}`, lead[method])
      expect(told(answer), below).to.deep.equal([403, 'forbidden'])
    }
    expect((await manager.api('DELETE', path)).status).to.equal(204)
  })

  it('E43 that is lost is directed by nobody until it is adopted, and then goes on', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    const { id, path, url } = await made(acme, { by: manager })
    const live = await connectLive(acme.admin)
    await live.subscribe(acme.id)
    await acme.admin.api('PATCH', `/organisations/${acme.id}/members/${manager.member}`, { role: 'developer' })
    for (const [method, below, body] of directing) {
      expect(told(await acme.admin.api(method, `${path}${below}`, body)), below).to.deep.equal([
        409,
        'webhook_owner_lost',
      ])
    }
    await live.until(({ name, body }) => name === 'event' && body.type === 'webhook.paused')
    expect((await acme.admin.api('GET', path)).body.stopped.reason).to.equal('owner_lost')
    const resumed = await acme.admin.api('PATCH', path, { enabled: true })
    expect(told(resumed)).to.deep.equal([409, 'webhook_owner_lost'])
    expect(resumed.body.detail).to.include('Adopt it')
    const skipped = (await webhookEvents(acme)).length
    const { body } = await acme.admin.api('POST', `${path}/adopt`)
    expect(body.enabled).to.equal(true)
    const after = { id: acme.admin.account.id, name: acme.admin.account.name }
    expect(body.owner).to.deep.equal(after)
    const before = { id: manager.account.id, name: manager.account.name }
    expect(await webhookEvents(acme, skipped)).to.deep.equal([
      ['webhook.adopted', { webhook: { id, url }, before, after }],
      ['webhook.resumed', { webhook: { id, url } }],
    ])
    expect((await acme.admin.api('POST', `${path}/adopt`)).body).to.deep.equal(body)
    expect(await webhookEvents(acme, skipped + 2)).to.deep.equal([])
  })
})
