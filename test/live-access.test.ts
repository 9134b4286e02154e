import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { permissionsOf } from '@rolecall/contract'
import { expect } from 'chai'
import { changeName, changeSomebody, cursorOf, rename, seqs } from './rig/changes.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { anOrganisation, apiOf, signUp } from './rig/people.ts'
import { startServer, testEnvironment } from './rig/server.ts'

describe('losing access', () => {
  it('E28 shows a demoted person nothing above the change that they may not see, on every socket', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('manager')
    const other = await organisation.add('developer')
    const watcher = await connectLive(organisation.admin)
    await watcher.subscribe(organisation.id)
    const sockets = [await connectLive(person), await connectLive(person)]
    for (const live of sockets) await live.subscribe(organisation.id)
    const before = await changeSomebody(organisation, other.member, 'accounting')
    const demoted = await changeSomebody(organisation, person.member, 'developer')
    await changeSomebody(organisation, other.member, 'developer')
    const renamed = await rename(organisation)
    await watcher.until(eventAt(renamed))
    for (const live of sockets) {
      await live.until(eventAt(renamed))
      expect(seqs(live.received)).to.deep.equal([before, renamed])
      expect(live.received.filter(({ name }) => name === 'access')).to.deep.equal([
        {
          name: 'access',
          body: {
            organisation: organisation.id,
            seq: demoted,
            role: 'developer',
            permissions: permissionsOf('developer'),
          },
        },
      ])
    }
  })

  it('E28 shows a promoted person what they may see now, from the change on, told first', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('developer')
    const live = await connectLive(person)
    await live.subscribe(organisation.id)
    const promoted = await changeSomebody(organisation, person.member, 'manager')
    await live.until(eventAt(promoted))
    expect(live.received.map(({ name, body }) => [name, body.seq])).to.deep.equal([
      ['access', promoted],
      ['event', promoted],
    ])
  })

  it('E29 gives a removed person exactly one terminal message on each socket, subscribed or not, then nothing', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('manager')
    const watcher = await connectLive(organisation.admin)
    await watcher.subscribe(organisation.id)
    const subscribed = await connectLive(person)
    await subscribed.subscribe(organisation.id)
    const unsubscribed = await connectLive(person)
    const removal = await organisation.admin.api('DELETE', `/organisations/${organisation.id}/members/${person.member}`)
    expect(removal.status).to.equal(204)
    const seq = Number(removal.headers.get('Rolecall-Seq'))
    const renamed = await rename(organisation)
    await watcher.until(eventAt(renamed))
    for (const live of [subscribed, unsubscribed]) {
      await live.settled()
      expect(live.received).to.deep.equal([
        { name: 'revoked', body: { organisation: organisation.id, seq, reason: 'removed' } },
      ])
    }
    const refused = await subscribed.socket.emitWithAck('subscribe', { organisation: organisation.id })
    expect(refused).to.have.nested.property('problem.code', 'not_found')
  })

  it('E28 E29 holds in mid-subscribe: whoever is removed while a replay is under way hears of nothing above it', async () => {
    const organisation = await anOrganisation()
    const cursor = await cursorOf(organisation, 2)
    for (let count = 0; count < 30; count += 1) await changeName(organisation, count)
    const watcher = await connectLive(organisation.admin)
    await watcher.subscribe(organisation.id)
    for (let round = 0; round < 10; round += 1) {
      const person = await organisation.add('manager')
      const [{ body: own }, live] = await Promise.all([
        person.api('GET', `/organisations/${organisation.id}/events?limit=200`),
        connectLive(person),
      ])
      const start = own.data.at(-1).cursor
      for (let count = 0; count < 5; count += 1) await changeName(organisation, count)
      const subscribing = live.socket.emitWithAck('subscribe', {
        organisation: organisation.id,
        cursor: round % 2 === 0 ? start : cursor,
      })
      const removal = await organisation.admin.api(
        'DELETE',
        `/organisations/${organisation.id}/members/${person.member}`,
      )
      const seq = Number(removal.headers.get('Rolecall-Seq'))
      await subscribing
      await watcher.until(eventAt(await changeName(organisation, round)))
      await live.settled()
      expect(seqs(live.received).filter((one) => one >= seq)).to.deep.equal([])
      expect(live.received.filter(({ name }) => name === 'revoked').length).to.equal(1)
      expect(live.received.at(-1)?.name, JSON.stringify(live.received.at(-1))).to.equal('revoked')
    }
  })

  it('E28 gives nothing in replay to whoever was removed and added again while away: a cursor from before is answered with resync', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('manager')
    const before = await connectLive(person)
    const { cursor } = await before.subscribe(organisation.id)
    before.close()
    await organisation.admin.api('DELETE', `/organisations/${organisation.id}/members/${person.member}`)
    const hidden = await rename(organisation)
    const added = await organisation.admin.api('POST', `/organisations/${organisation.id}/members`, {
      email: person.email,
      role: 'manager',
    })
    expect(added.status).to.equal(201)
    const live = await connectLive(person)
    const subscribed = await live.subscribe(organisation.id, cursor)
    expect(subscribed.cursor).to.not.equal(cursor)
    const renamed = await changeName(organisation, 0)
    await live.until(eventAt(renamed))
    expect(live.received.filter(({ name }) => name === 'resync')).to.deep.equal([
      { name: 'resync', body: { organisation: organisation.id, reason: 'cursor_before_membership' } },
    ])
    expect(seqs(live.received)).to.deep.equal([renamed])
    expect(seqs(live.received)).to.not.include(hidden)
  })

  it('E29 tells every member of a deleted organisation once, and shows nobody the event that ended their access', async () => {
    const organisation = await anOrganisation()
    const developer = await organisation.add('developer')
    const accountant = await organisation.add('accounting')
    const stranger = await connectLive(await signUp())
    const clients = await Promise.all([organisation.admin, developer, accountant].map((person) => connectLive(person)))
    const [first, second] = clients
    await first?.subscribe(organisation.id)
    await second?.subscribe(organisation.id)
    const deletion = await organisation.admin.api('DELETE', `/organisations/${organisation.id}`)
    expect(deletion.status).to.equal(204)
    const seq = Number(deletion.headers.get('Rolecall-Seq'))
    for (const live of clients) {
      await live.until(({ name }) => name === 'revoked')
      await live.settled()
      expect(live.received).to.deep.equal([
        { name: 'revoked', body: { organisation: organisation.id, seq, reason: 'organisation_deleted' } },
      ])
    }
    await stranger.settled()
    expect(stranger.received).to.deep.equal([])
  })

  it('answers a revoking call once the sockets concerned have been told: the answer says that it is fenced', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('manager')
    const live = await connectLive(person)
    await live.subscribe(organisation.id)
    const removal = await organisation.admin.api('DELETE', `/organisations/${organisation.id}/members/${person.member}`)
    expect(removal.headers.get('Rolecall-Fenced')).to.equal('true')
    await live.settled()
    expect(live.received.at(-1)?.name).to.equal('revoked')
  })

  it('disturbs nobody by a revoking call that changes nothing, also where the feed has not seen the log', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rolecall-live-'))
    const env = testEnvironment(dataDir)
    const first = await startServer({ dataDir, env })
    const organisation = await anOrganisation({ url: first.url })
    const person = await organisation.add('developer', { url: first.url })
    await first.close()
    const again = await startServer({ dataDir, env })
    const bystander = await connectLive(await signUp({ url: again.url }))
    const api = apiOf(again.url, organisation.admin.session.accessToken)
    for (let count = 0; count < 3; count += 1) {
      const same = await api('PATCH', `/organisations/${organisation.id}/members/${person.member}`, {
        role: 'developer',
      })
      expect([same.status, same.headers.get('Rolecall-Fenced')]).to.deep.equal([200, 'true'])
    }
    await bystander.settled()
    expect(bystander.received).to.deep.equal([])
    await again.close()
    await rm(dataDir, { recursive: true })
  })
})
