import { expect } from 'chai'
import { aKey } from './rig/api-keys.ts'
import { anOrganisation } from './rig/people.ts'
import { aGoneWebhook, made } from './rig/webhooks.ts'

describe('an endpoint that was paused', () => {
  it('says by whom: by a member under the name that they have now, or by an API key', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    const { path, ...created } = await made(acme, { by: manager, enabled: false })
    const by = { kind: 'account', id: manager.account.id, name: manager.account.name }
    expect(created.stopped).to.deep.equal({ reason: 'by_member', at: created.createdAt, by })

    expect((await acme.admin.api('PATCH', path, { enabled: true })).body).not.to.have.property('stopped')
    const key = await aKey(acme, { role: 'manager', name: 'Night watch' })
    const ofKey = { kind: 'key', id: key.id, name: 'Night watch' }
    expect((await key.api('PATCH', path, { enabled: false })).body.stopped.by).to.deep.equal(ofKey)
    expect((await acme.admin.api('GET', path)).body.stopped.by).to.deep.equal(ofKey)

    await acme.admin.api('PATCH', path, { enabled: true })
    await manager.api('PATCH', path, { enabled: false })
    await manager.api('PATCH', '/account', { name: 'Grace Hopper' })
    const { body } = await acme.admin.api('GET', path.replace(/\/[^/]+$/, ''))
    expect(body.data[0].stopped.by).to.deep.equal({ ...by, name: 'Grace Hopper' })
  })

  it('names nobody where nobody did', async () => {
    const { body } = await aGoneWebhook(await anOrganisation())
    expect(body.stopped).to.deep.equal({ reason: 'gone', at: body.stopped.at })
  })
})
