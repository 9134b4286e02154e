import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LiveStatus, Member, MembersView, Rolecall, RolecallEvent } from '@rolecall/sdk'
import { expect } from 'chai'
import { aClient, aPerson, until } from './rig/client.ts'
import { aFlakyNetwork } from './rig/flaky-network.ts'
import { unique } from './rig/people.ts'
import { sharedServer, startServer } from './rig/server.ts'

/** An organisation with its Admin, and a watcher whose network breaks on cue. */
async function anOrganisationWatched(role: Member['role'] = 'manager') {
  const network = await aFlakyNetwork((await sharedServer()).url)
  const admin = await aPerson()
  const watcher = await aPerson({ baseUrl: network.url })
  const { id } = await admin.rolecall.organisations.create({ name: unique('Watched') })
  const member = await admin.rolecall.members.add({ organisation: id, email: watcher.email, role })
  const live = watcher.rolecall.live(id)
  return { network, admin: admin.rolecall, watcher, id, member, live }
}

async function everyMember(rolecall: Rolecall, organisation: string): Promise<Member[]> {
  const all: Member[] = []
  for await (const member of rolecall.members.list({ organisation })) all.push(member)
  return all
}

const bare = (rows: MembersView['rows']) => rows.map(({ change: _, ...member }) => member)

/** Resolves when the view shows exactly these members. */
const untilEqual = (view: MembersView, members: readonly Member[]) =>
  until(view, ({ rows }) => JSON.stringify(sorted(bare(rows))) === JSON.stringify(sorted(members)))

const sorted = (members: readonly Member[]) =>
  members.map(({ id, organisation, account, role, status, since }) => [
    id,
    organisation,
    account.id,
    account.name,
    account.email,
    role,
    status,
    since,
  ])

describe('live(organisation)', () => {
  it('gives events typed by their type, and says when it is live', async () => {
    const { live, admin, id, member, watcher } = await anOrganisationWatched('manager')
    const states: string[] = []
    live.on('status', ({ state }) => states.push(state))
    await live.ready
    expect(live.role).to.equal('manager')
    expect(live.permissions).to.include('member:manage')
    const heard = new Promise<string>((resolve) => {
      live.on('member.added', ({ data, actor }) => resolve(`${actor.name}: ${data.member.account.name}`))
    })
    const friend = await aPerson()
    await admin.members.add({ organisation: id, email: friend.email, role: 'developer' })
    expect(await heard).to.equal(`${(await admin.accounts.read()).name}: ${friend.account.name}`)
    expect(states).to.deep.equal(['live'])
    expect(watcher.rolecall.live(id)).to.equal(live)
    expect(live.members.get(member.id)).to.equal(undefined)
  })

  it('E31 goes on after every disconnect, each event once and in order', async () => {
    const { network, live, admin, id, member } = await anOrganisationWatched('manager')
    const seen: RolecallEvent[] = []
    const states = new Set<LiveStatus['state']>()
    live.on('event', (event) => seen.push(event))
    live.on('status', ({ state }) => states.add(state))
    await live.ready
    const from = (await admin.events.list({ organisation: id })).data.length
    for (let round = 0; round < 12; round++) {
      if (round % 3 === 0) network.down()
      else if (round % 3 === 1) network.up()
      else network.cut()
      const role = round % 2 === 0 ? 'admin' : 'manager'
      await admin.members.changeRole({ organisation: id, member: member.id, role })
    }
    network.up()
    await admin.organisations.update({ organisation: id, name: unique('Last') })
    await new Promise<void>((resolve) => {
      live.on('organisation.renamed', () => resolve())
      if (seen.at(-1)?.type === 'organisation.renamed') resolve()
    })
    const all: string[] = []
    for await (const event of admin.events.list({ organisation: id })) all.push(event.id)
    expect(seen.map((event) => event.id)).to.deep.equal(all.slice(from))
    expect([...states]).to.include('reconnecting')
  })

  it('goes on when the server was started again', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rolecall-restart-'))
    const first = await startServer({ dataDir })
    const { rolecall, personal } = await aPerson({ baseUrl: first.url })
    const live = rolecall.live(personal.id)
    await live.members.ready
    const statuses: LiveStatus[] = []
    live.on('status', (status) => statuses.push(status))
    const heard = new Promise<RolecallEvent>((resolve) => {
      live.on('event', resolve)
    })
    await first.close()
    const env = { PORT: new URL(first.url).port }
    const second = await startServer({ dataDir, env })
    const name = unique('Restarted')
    await rolecall.organisations.update({ organisation: personal.id, name })
    expect((await heard).type).to.equal('organisation.renamed')
    expect(statuses[0]?.state).to.equal('reconnecting')
    expect(statuses.at(-1)?.state).to.equal('live')
    expect(live.organisation?.name).to.equal(name)
    await second.close()
    await rm(dataDir, { recursive: true })
  })

  it('E31 goes on from a cursor that was kept', async () => {
    const { live, admin, id, member, watcher } = await anOrganisationWatched('manager')
    await live.ready
    const first = new Promise((resolve) => {
      live.on('event', resolve)
    })
    await admin.members.changeRole({ organisation: id, member: member.id, role: 'admin' })
    await first
    const { cursor } = live
    live.close()
    expect(live.status).to.deep.equal({ state: 'ended', reason: 'closed' })
    await admin.members.changeRole({ organisation: id, member: member.id, role: 'manager' })
    const next = watcher.rolecall.live(id, { cursor })
    const seen = await new Promise<RolecallEvent>((resolve) => {
      next.on('event', resolve)
    })
    expect(seen.type === 'member.role_changed' && seen.data.after.role).to.equal('manager')
    expect(() => watcher.rolecall.live(id, { cursor })).to.throw(TypeError)
  })

  it('E34 says `resync` to a cursor of nowhere, and is exact all the same', async () => {
    const { live: present, admin, id, watcher } = await anOrganisationWatched('manager')
    present.close()
    const live = watcher.rolecall.live(id, { cursor: 'from-nowhere' })
    const resync = await new Promise<{ reason: string }>((resolve) => {
      live.on('resync', resolve)
    })
    expect(resync.reason).to.equal('cursor_invalid')
    await live.members.ready
    const friend = await aPerson()
    await admin.members.add({ organisation: id, email: friend.email, role: 'developer' })
    await untilEqual(live.members, await everyMember(admin, id))
  })

  it('follows the organisation’s name and one’s own role', async () => {
    const { live, admin, id, member, network } = await anOrganisationWatched('developer')
    await until(live, ({ organisation }) => organisation?.role === 'developer')
    const name = unique('Renamed')
    await admin.organisations.update({ organisation: id, name })
    await until(live, ({ organisation }) => organisation?.name === name)
    const access: unknown[] = []
    live.on('access', ({ before, role, seq }) => access.push([before, role, typeof seq]))
    await admin.members.changeRole({ organisation: id, member: member.id, role: 'manager' })
    await until(live, ({ role, organisation }) => role === 'manager' && organisation?.role === 'manager')
    network.down()
    await admin.members.changeRole({ organisation: id, member: member.id, role: 'accounting' })
    network.up()
    await until(live, ({ role }) => role === 'accounting')
    expect(access).to.deep.equal([
      ['developer', 'manager', 'number'],
      ['manager', 'accounting', 'undefined'],
    ])
  })

  it('E29 ends for good when one is removed, told once', async () => {
    const { live, admin, id, member, watcher } = await anOrganisationWatched('manager')
    const revoked: string[] = []
    const everywhere: string[] = []
    live.on('revoked', ({ reason }) => revoked.push(reason))
    watcher.rolecall.onRevoked(({ organisation }) => everywhere.push(organisation))
    await live.members.ready
    expect(live.members.rows).to.have.length(2)
    await admin.members.remove({ organisation: id, member: member.id })
    const { organisation, role, status } = await until(live, ({ status }) => status.state === 'ended')
    expect([organisation, role, status]).to.deep.equal([undefined, undefined, { state: 'ended', reason: 'removed' }])
    expect(live.members.snapshot).to.deep.equal({ status: 'ended', rows: [] })
    expect([revoked, everywhere]).to.deep.equal([['removed'], [id]])
  })

  it('E28 ends for good when one was removed while away', async () => {
    const { live, admin, id, member, network } = await anOrganisationWatched('manager')
    await live.members.ready
    const seen: RolecallEvent[] = []
    live.on('event', (event) => seen.push(event))
    network.down()
    await admin.members.remove({ organisation: id, member: member.id })
    network.up()
    const { status } = await until(live, ({ status }) => status.state === 'ended')
    expect(status.state === 'ended' && status.reason).to.equal('not_found')
    expect(live.members.snapshot).to.deep.equal({ status: 'ended', rows: [] })
    expect(seen).to.deep.equal([])
  })

  it('E28 reads anew what may be seen now when one was removed and added again while away', async () => {
    const { live, admin, id, member, network, watcher } = await anOrganisationWatched('manager')
    await Promise.all([live.members.ready, until(live, ({ organisation }) => organisation !== undefined)])
    const reasons: string[] = []
    live.on('resync', ({ reason }) => reasons.push(reason))
    network.down()
    await admin.members.remove({ organisation: id, member: member.id })
    await admin.organisations.update({ organisation: id, name: unique('Unseen') })
    const friend = await aPerson()
    await admin.members.add({ organisation: id, email: friend.email, role: 'developer' })
    await admin.members.add({ organisation: id, email: watcher.email, role: 'manager' })
    const { name } = await admin.organisations.update({ organisation: id, name: unique('Unseen') })
    network.up()
    await untilEqual(live.members, await everyMember(admin, id))
    await until(live, ({ organisation }) => organisation?.name === name)
    expect(reasons).to.deep.equal(['cursor_before_membership'])
  })

  it('is refused to outsiders', async () => {
    const { id } = await anOrganisationWatched()
    const live = (await aPerson()).rolecall.live(id)
    const error = await live.ready.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).to.have.property('code', 'not_found')
    expect(live.members.status).to.equal('ended')
  })

  it('ends with the session, and everything else with it', async () => {
    const { live, watcher } = await anOrganisationWatched()
    const organisations = watcher.rolecall.liveOrganisations()
    await Promise.all([live.ready, organisations.ready])
    const elsewhere = await aClient()
    await elsewhere.sessions.create({ email: watcher.email, password: watcher.password })
    await elsewhere.sessions.endAll()
    const { status } = await until(live, ({ status }) => status.state === 'ended')
    expect(status.state === 'ended' && status.reason).to.equal('signed_out')
    expect(organisations.snapshot).to.deep.equal({ status: 'ended', rows: [] })
  })

  it('E27 hands renewed tokens to the server over the same connection', async () => {
    const kept: { session?: { refreshToken: string | null } | undefined } = {}
    const network = await aFlakyNetwork((await sharedServer()).url)
    const { rolecall, personal } = await aPerson({
      baseUrl: network.url,
      tokens: {
        get: () => undefined,
        set: (session) => {
          kept.session = session
        },
      },
    })
    const live = rolecall.live(personal.id)
    await live.ready
    const states: string[] = []
    live.on('status', ({ state }) => states.push(state))
    await rolecall.sessions.refresh({ refreshToken: kept.session?.refreshToken ?? '' })
    const renamed = new Promise((resolve) => {
      live.on('organisation.renamed', resolve)
    })
    await rolecall.organisations.update({ organisation: personal.id, name: unique('Mine') })
    await renamed
    expect(states).to.deep.equal([])
  })
})

describe('live(organisation).members', () => {
  it('marks what changed and by whom', async () => {
    const { live, admin, id, member } = await anOrganisationWatched('manager')
    await live.members.ready
    const before = live.members.get(member.id)
    expect(before).to.not.have.property('change')
    expect(live.members.rows).to.equal(live.members.rows)
    const friend = await aPerson()
    const added = await admin.members.add({ organisation: id, email: friend.email, role: 'developer' })
    await until(live.members, ({ rows }) => rows.length === 3)
    await friend.rolecall.accounts.update({ name: 'Grace Hopper' })
    await until(live.members, () => live.members.get(added.id)?.account.name === 'Grace Hopper')
    const row = live.members.get(added.id)
    expect(row?.change).to.include({ type: 'member.updated' })
    expect(row?.change?.actor).to.include({ kind: 'account', id: friend.account.id })
    expect(live.members.get(member.id)).to.equal(before)
  })

  it('E28 is emptied by demotion and read again on promotion', async () => {
    const { live, admin, id, member, network } = await anOrganisationWatched('manager')
    await live.members.ready
    await admin.members.changeRole({ organisation: id, member: member.id, role: 'developer' })
    expect(await until(live.members, ({ status }) => status === 'hidden')).to.deep.equal({ status: 'hidden', rows: [] })
    const friend = await aPerson()
    await admin.members.add({ organisation: id, email: friend.email, role: 'developer' })
    await admin.members.changeRole({ organisation: id, member: member.id, role: 'manager' })
    await untilEqual(live.members, await everyMember(admin, id))
    network.down()
    await admin.members.changeRole({ organisation: id, member: member.id, role: 'accounting' })
    network.up()
    await until(live.members, ({ status, rows }) => status === 'hidden' && rows.length === 0)
    network.down()
    await admin.members.changeRole({ organisation: id, member: member.id, role: 'admin' })
    network.up()
    await until(live.members, ({ status }) => status === 'live')
    await untilEqual(live.members, await everyMember(admin, id))
  })

  it('E31 is exact from the first row on while it is being read and everything changes', async () => {
    const { live, admin, id } = await anOrganisationWatched('manager')
    const people = await Promise.all(Array.from({ length: 8 }, () => aPerson()))
    const changes = people.map(async ({ email }, index) => {
      const { id: member } = await admin.members.add({ organisation: id, email, role: 'developer' })
      await admin.members.changeRole({ organisation: id, member, role: 'manager' })
      if (index % 2 === 0) await admin.members.remove({ organisation: id, member })
    })
    await live.members.ready
    await Promise.all(changes)
    await untilEqual(live.members, await everyMember(admin, id))
    expect(live.members.rows).to.have.length(2 + 4)
  })

  it('E31 is exact after any number of disconnects', async () => {
    const { live, admin, id, network } = await anOrganisationWatched('manager')
    const people = await Promise.all(Array.from({ length: 6 }, () => aPerson()))
    const members = new Map<string, string>()
    await live.members.ready
    let disturbances = 0
    const disturb = () => {
      disturbances += 1
      const act = disturbances % 4
      if (act === 1) network.cut()
      if (act === 2) network.down()
      if (act === 3) network.up()
    }
    for (let step = 0; step < 36; step++) {
      const person = people[step % people.length]
      if (person === undefined) continue
      const member = members.get(person.email)
      if (step % 3 === 0) disturb()
      if (member === undefined) {
        const { email } = person
        members.set(email, (await admin.members.add({ organisation: id, email, role: 'developer' })).id)
      } else if (step % 5 === 0) {
        await admin.members.remove({ organisation: id, member })
        members.delete(person.email)
      } else {
        const role = step % 2 === 0 ? 'manager' : 'accounting'
        await admin.members.changeRole({ organisation: id, member, role })
      }
    }
    network.up()
    await untilEqual(live.members, await everyMember(admin, id))
    expect(network.connections()).to.be.above(3)
  })
})
