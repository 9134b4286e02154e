import { expect } from 'chai'
import { fillMembers } from '../bench/large-organisation.ts'
import { aPerson, until } from './rig/client.ts'
import { aRemoteDatabase } from './rig/database.ts'
import { accept, invite } from './rig/invite.ts'
import { connectLive } from './rig/live.ts'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation } from './rig/people.ts'
import { sharedServer, startServer } from './rig/server.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const notFound = [404, 'not_found']
const pathOf = ({ id }: { readonly id: string }) => `/organisations/${id}`
const remove = (person: Person, organisation: { readonly id: string }) => person.api('DELETE', pathOf(organisation))
const restore = (person: Person, organisation: { readonly id: string }, headers: Record<string, string> = {}) =>
  person.api('POST', `${pathOf(organisation)}/restore`, undefined, headers)
const idsOf = ({ body }: Answer): string[] => body.data.map(({ id }: { id: string }) => id)
const deletedOf = (person: Person) => person.api('GET', '/organisations?deleted=true')

async function membersOf({ admin, id }: TestOrganisation) {
  return (await admin.api('GET', `/organisations/${id}/members?limit=200`)).body.data
}

async function typesOf({ admin, id }: TestOrganisation): Promise<string[]> {
  const { body } = await admin.api('GET', `/organisations/${id}/events?limit=200`)
  return body.data.map(({ type }: { type: string }) => type)
}

describe('restoring an organisation', () => {
  it('E45 brings back members with their roles, custom ones too, who is suspended, and settings', async () => {
    const acme = await anOrganisation()
    const role = { name: 'Support', permissions: ['member:read'] }
    const { body: support } = await acme.admin.api('POST', `${pathOf(acme)}/roles`, role)
    const [manager, helper, rester] = [
      await acme.add('manager'),
      await acme.add(support.id),
      await acme.add('developer'),
    ]
    const settings = { description: 'Anvils', developersSeeMembers: true }
    await acme.admin.api('PATCH', pathOf(acme), settings)
    await acme.admin.api('POST', `${pathOf(acme)}/members/${rester.member}/suspend`)
    const [before, members] = [await acme.admin.api('GET', pathOf(acme)), await membersOf(acme)]
    await remove(acme.admin, acme)

    const { status, headers, body } = await restore(acme.admin, acme)
    expect(status).to.equal(200)
    expect(body).to.deep.equal({
      organisation: before.body,
      missing: [],
      expiredInvitations: [],
      revokedInvitations: [],
    })
    expect(await membersOf(acme)).to.deep.equal(members)
    expect((await acme.admin.api('GET', pathOf(acme))).body).to.deep.equal(before.body)
    expect((await helper.api('GET', `${pathOf(acme)}/members`)).status).to.equal(200)
    expect(told(await rester.api('GET', pathOf(acme)))).to.deep.equal(notFound)
    expect((await manager.api('PATCH', pathOf(acme), { description: 'More anvils' })).status).to.equal(200)
    expect(idsOf(await manager.api('GET', '/organisations'))).to.include(acme.id)
    const { body: log } = await acme.admin.api('GET', `${pathOf(acme)}/events?type=organisation.restored`)
    expect(log.data[0].seq).to.equal(Number(headers.get('Rolecall-Seq')))
    expect(log.data[0].data.organisation).to.deep.equal({ id: acme.id, name: acme.name })
    expect(log.data[0].data.roles.map((one: { role: string }) => one.role)).to.have.members(['developer', support.id])
  })

  it('is for who was an active Admin, and nobody else', async () => {
    const acme = await anOrganisation()
    const [second, rester] = [await acme.add('admin'), await acme.add('admin')]
    const [manager, outsider] = [await acme.add('manager'), await signUp()]
    await acme.admin.api('POST', `${pathOf(acme)}/members/${rester.member}/suspend`)
    await remove(acme.admin, acme)
    for (const person of [manager, outsider, rester]) expect(idsOf(await deletedOf(person))).to.deep.equal([])
    expect(told(await restore(manager, acme))).to.deep.equal([403, 'forbidden'])
    expect(told(await restore(outsider, acme))).to.deep.equal(notFound)
    expect(told(await restore(rester, acme))).to.deep.equal(notFound)
    expect((await restore(second, acme)).status).to.equal(200)
  })

  it('is answered alike when it is repeated or was done already, and done once', async () => {
    const acme = await anOrganisation()
    const second = await acme.add('admin')
    await remove(acme.admin, acme)
    const key = { 'Idempotency-Key': 'restore-once' }
    const answers = await Promise.all([
      restore(acme.admin, acme, key),
      restore(acme.admin, acme, key),
      restore(second, acme),
    ])
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200])
    expect(answers[0]?.text).to.equal(answers[1]?.text)
    expect((await typesOf(acme)).filter((type) => type === 'organisation.restored')).to.have.lengthOf(1)
  })

  it('lists what one can restore, page by page, and no longer once it is back', async () => {
    const person = await signUp()
    const all: string[] = []
    for (let count = 0; count < 3; count += 1) all.push((await anOwn(person)).id)
    expect(idsOf(await deletedOf(person))).to.deep.equal([])
    for (const id of all) await remove(person, { id })
    const first = await person.api('GET', '/organisations?deleted=true&limit=2')
    expect(idsOf(first)).to.deep.equal(all.slice(0, 2))
    const { deletedAt, restorableUntil, role } = first.body.data[0]
    expect(Date.parse(restorableUntil) - Date.parse(deletedAt)).to.equal(30 * 86_400_000)
    expect(role).to.equal('admin')
    const next = await person.api('GET', `/organisations?deleted=true&after=${first.body.next}`)
    expect(idsOf(next)).to.deep.equal(all.slice(2))
    expect(idsOf(await person.api('GET', '/organisations?deleted=false'))).to.deep.equal([person.organisation.id])
    await restore(person, { id: all[0] ?? '' })
    expect(idsOf(await deletedOf(person))).to.deep.equal(all.slice(1))
    expect(idsOf(await person.api('GET', '/organisations'))).to.deep.equal([person.organisation.id, all[0]])
    const foreign = await person.api('GET', `/organisations?after=${first.body.next}`)
    expect(told(foreign)).to.deep.equal([400, 'invalid_cursor'])
  })

  it('E45 tells every connected member, subscribed before or not, and lets them follow again', async () => {
    const acme = await anOrganisation()
    const [manager, developer] = [await acme.add('manager'), await acme.add('developer')]
    const outsider = await connectLive(await signUp())
    const clients = await Promise.all([acme.admin, manager, developer].map((one) => connectLive(one)))
    const [first, second] = clients
    const cursor = (await first?.subscribe(acme.id))?.cursor
    await second?.subscribe(acme.id)
    await remove(acme.admin, acme)
    for (const live of clients) await live.until(({ name }) => name === 'revoked')
    const { headers } = await restore(acme.admin, acme)
    for (const [index, role] of ['admin', 'manager', 'developer'].entries()) {
      const access = await clients[index]?.until(({ name }) => name === 'access')
      const seq = Number(headers.get('Rolecall-Seq'))
      expect(access?.body).to.deep.include({ organisation: acme.id, seq, role })
    }
    await first?.subscribe(acme.id, cursor)
    await first?.until(({ name }) => name === 'position')
    const types = first?.received.flatMap(({ name, body }) => (name === 'event' ? [body.type] : []))
    expect(types).to.deep.equal(['organisation.deleted', 'organisation.restored'])
    const { headers: later } = await manager.api('PATCH', pathOf(acme), { description: 'Back' })
    await first?.until(({ name, body }) => name === 'event' && body.seq === Number(later.get('Rolecall-Seq')))
    await outsider.settled()
    expect(outsider.received).to.deep.equal([])
  })

  it('E45 tells nobody older permissions after newer ones, however long the list of members takes', async () => {
    const database = await aRemoteDatabase()
    const { url, close } = await startServer({ env: { MONGODB_URI: database.uri } })
    const acme = await anOrganisation({ url })
    const developer = await acme.add('developer')
    const live = await connectLive(developer)
    await remove(acme.admin, acme)
    await live.until(({ name }) => name === 'revoked')
    const asked = database.network.next(developer.account.id)
    const letAsk = database.network.keepBackNext(developer.account.id)
    await restore(acme.admin, acme)
    await asked
    const heard = async (developersSeeMembers: boolean) => {
      const { headers } = await acme.admin.api('PATCH', pathOf(acme), { developersSeeMembers })
      const seq = Number(headers.get('Rolecall-Seq'))
      await live.until(({ name, body }) => name === 'access' && body.seq === seq)
      return seq
    }
    const first = await heard(true)
    letAsk()
    // By then the answer has come that was asked for before.
    const all = [first, await heard(false), await heard(true)]
    const seqs = live.received.flatMap(({ name, body }) => (name === 'access' ? [body.seq] : []))
    expect(seqs).to.deep.equal(all)
    await close()
  })

  it('E45 rests invitations meanwhile, and takes them up again', async () => {
    const acme = await anOrganisation()
    const { email, token } = await invite(acme, { role: 'accounting' })
    const invited = await signUp({ email })
    await remove(acme.admin, acme)
    expect(told(await accept(invited, token))).to.deep.equal([404, 'invitation_not_found'])
    await restore(acme.admin, acme)
    expect((await accept(invited, token)).status).to.equal(201)
    expect((await invited.api('GET', pathOf(acme))).body.role).to.equal('accounting')
  })

  it('E45 leaves sessions alone, and what goes on in other organisations', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const person = await acme.add('developer')
    await other.admin.api('POST', `${pathOf(other)}/members`, { email: person.email, role: 'manager' })
    const live = await connectLive(person)
    await live.subscribe(other.id)
    await remove(acme.admin, acme)
    await live.until(({ name }) => name === 'revoked')
    expect((await person.api('GET', '/account')).status).to.equal(200)
    const { headers } = await person.api('PATCH', pathOf(other), { description: 'Goes on' })
    await live.until(({ name, body }) => name === 'event' && body.seq === Number(headers.get('Rolecall-Seq')))
  })

  it('brings it back into the SDK’s live view of one’s organisations', async () => {
    const { rolecall } = await aPerson()
    const acme = await rolecall.organisations.create({ name: `Acme ${Date.now()}` })
    const own = rolecall.liveOrganisations()
    await own.ready
    await rolecall.organisations.delete({ organisation: acme.id })
    await until(own, ({ rows }) => rows.every(({ id }) => id !== acme.id))
    const deleted: string[] = []
    for await (const { id } of rolecall.organisations.list({ deleted: 'true' })) deleted.push(id)
    expect(deleted).to.deep.equal([acme.id])
    const restored = await rolecall.organisations.restore({ organisation: acme.id })
    expect(restored.organisation.name).to.equal(acme.name)
    await until(own, ({ rows }) => rows.some(({ id }) => id === acme.id))
    const live = rolecall.live(acme.id)
    await live.ready
    expect(live.role).to.equal('admin')
  })

  it('brings 1,000 members back', async () => {
    const acme = await anOrganisation()
    const { app } = await sharedServer()
    await fillMembers(app.connection, acme.id, 1_000)
    const everyone = async () => {
      const members: { id: string }[] = []
      for (let after = ''; ; ) {
        const { body } = await acme.admin.api('GET', `${pathOf(acme)}/members?limit=200${after}`)
        members.push(...body.data)
        if (body.next === undefined) return members
        after = `&after=${body.next}`
      }
    }
    const before = await everyone()
    expect(before).to.have.lengthOf.at.least(1_000)
    await remove(acme.admin, acme)
    expect((await restore(acme.admin, acme)).body.missing).to.deep.equal([])
    expect(await everyone()).to.deep.equal(before)
  })
})

async function anOwn(person: Person): Promise<{ id: string }> {
  const { body } = await person.api('POST', '/organisations', { name: `Own ${person.account.id} ${Math.random()}` })
  return body
}
