import { createGuard, type Guard, GuardError } from '@rolecall/sdk/guard'
import { expect } from 'chai'
import { aFlakyNetwork } from './rig/flaky-network.ts'
import { aWatcher, guardOf, letWatch, untilSo, type Watcher } from './rig/guard.ts'
import { declare } from './rig/own-permissions.ts'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation, unique } from './rig/people.ts'

const approve = 'report:approve'
const pathOf = ({ id }: TestOrganisation, rest = '') => `/organisations/${id}${rest}`

async function aScene(): Promise<{
  acme: TestOrganisation
  watcher: Watcher
  guard: Guard
  manager: Person & { member: string }
}> {
  const acme = await anOrganisation()
  await declare(acme.admin.api, acme.id, { [approve]: ['manager'] })
  const manager = await acme.add('manager')
  const watcher = await aWatcher(acme)
  const guard = guardOf({ rolecall: watcher.rolecall })
  await guard.ready(acme.id)
  return { acme, watcher, guard, manager }
}

/** How many sockets of the watcher's follow the organisation. */
async function socketsOf(acme: TestOrganisation, { member }: Watcher): Promise<number> {
  const { body } = await acme.admin.api('DELETE', pathOf(acme, `/members/${member}?dryRun=true`))
  return body.loses[0].sockets
}

describe('a guard', () => {
  it('answers what the organisation’s roles permit, its own permissions and Rolecall’s', async () => {
    const { acme, guard, manager } = await aScene()
    const outsider = await signUp()
    expect(guard.can(manager.account.id, acme.id, approve)).to.equal(true)
    expect(guard.can(manager.account.id, acme.id, 'member:manage')).to.equal(true)
    expect(guard.explain(manager.account.id, acme.id, 'billing:read')).to.deep.equal({
      allowed: false,
      reason: 'not_permitted',
    })
    expect(guard.can(acme.admin.account.id, acme.id, 'report:shred')).to.equal(false)
    expect(guard.explain(outsider.account.id, acme.id, approve).reason).to.equal('not_a_member')
    expect(guard.state(acme.id)).to.deep.equal({ state: 'live' })
  })

  it('follows every way in which a permission is given and taken', async () => {
    const { acme, guard, manager } = await aScene()
    const { admin } = acme
    const member = pathOf(acme, `/members/${manager.member}`)
    const may = () => guard.can(manager.account.id, acme.id, approve)
    const role = await admin.api('POST', pathOf(acme, '/roles'), { name: 'Approves', permissions: [approve] })
    const custom = pathOf(acme, `/roles/${role.body.id}`)
    const steps: readonly (readonly [boolean, () => Promise<Answer>])[] = [
      [false, () => admin.api('PATCH', member, { role: 'developer' })],
      [true, () => admin.api('PATCH', member, { role: role.body.id })],
      [false, () => admin.api('PATCH', custom, { permissions: [] })],
      [true, () => admin.api('PATCH', custom, { permissions: [approve] })],
      [false, () => admin.api('POST', `${member}/suspend`)],
      [true, () => admin.api('POST', `${member}/resume`)],
      [false, () => admin.api('DELETE', `${custom}?replacement=accounting`)],
      [true, () => declare(admin.api, acme.id, { [approve]: ['accounting'] })],
      [false, () => declare(admin.api, acme.id, {})],
      [true, () => declare(admin.api, acme.id, { [approve]: ['manager', 'accounting'] })],
      [false, () => admin.api('DELETE', member)],
      [true, () => admin.api('POST', pathOf(acme, '/members'), { email: manager.email, role: 'manager' })],
    ]
    for (const [index, [allowed, act]] of steps.entries()) {
      const answer = await act()
      expect(answer.status, answer.text).to.be.below(300)
      await guard.ready(acme.id)
      expect(may(), `step ${index}`).to.equal(allowed)
    }
  })

  it('denies before it is ready, and where it is not in the organisation', async () => {
    const { acme, watcher, manager } = await aScene()
    const fresh = guardOf({ rolecall: watcher.rolecall })
    expect(fresh.explain(manager.account.id, acme.id, approve)).to.deep.equal({ allowed: false, reason: 'loading' })
    await fresh.ready(acme.id)
    expect(fresh.can(manager.account.id, acme.id, approve)).to.equal(true)

    const other = await anOrganisation()
    const error = await fresh.ready(other.id).catch((thrown: unknown) => thrown)
    if (!(error instanceof GuardError)) throw error
    expect([error.state.state, error.error?.code]).to.deep.equal(['ended', 'not_found'])
    expect(fresh.explain(other.admin.account.id, other.id, 'member:read').reason).to.equal('ended')
    const nowhere = guardOf({ rolecall: () => undefined })
    expect(nowhere.can(acme.admin.account.id, acme.id, 'member:read')).to.equal(false)
  })

  it('denies at once when its own access ends, or does not show it the members, and sees again when it does', async () => {
    const { acme, watcher, guard, manager } = await aScene()
    const own = pathOf(acme, `/members/${watcher.member}`)
    const { body } = await acme.admin.api('GET', own)
    const ask = () => guard.explain(manager.account.id, acme.id, approve)
    await acme.admin.api('PATCH', own, { role: 'developer' })
    await untilSo(() => ask().reason === 'hidden')
    expect(await guard.ready(acme.id).catch((error: unknown) => error)).to.be.instanceOf(GuardError)
    await acme.admin.api('PATCH', own, { role: body.role })
    await guard.ready(acme.id)
    expect(ask()).to.deep.equal({ allowed: true, reason: 'permitted' })
    await acme.admin.api('DELETE', own)
    await untilSo(() => ask().reason === 'ended')
    expect(guard.state(acme.id)).to.deep.equal({ state: 'ended', reason: 'removed' })
  })

  it('keeps as many organisations as it may, and lets nobody drive them out by naming others', async () => {
    const { acme, watcher, manager } = await aScene()
    const [second, third] = [await anOrganisation(), await anOrganisation()]
    for (const one of [second, third]) await letWatch(one, watcher.email)
    const guard = guardOf({ rolecall: watcher.rolecall, maxOrganisations: 2 })
    await guard.ready(acme.id)
    for (let index = 0; index < 5; index += 1) {
      await guard.ready(`org_${index}`.padEnd(30, '0')).catch(() => undefined)
    }
    expect(guard.can(manager.account.id, acme.id, approve)).to.equal(true)
    await guard.ready(second.id)
    expect(guard.can(manager.account.id, acme.id, approve)).to.equal(true)
    await guard.ready(third.id)
    expect(guard.can(manager.account.id, acme.id, approve)).to.equal(true)
    expect(guard.explain(second.admin.account.id, second.id, 'member:read').reason).to.equal('loading')
  })

  it('sends the server no id that is none, and begins no more than the connection bears', async () => {
    const { acme, guard, manager } = await aScene()
    const may = () => guard.can(manager.account.id, acme.id, approve)
    // As JSON it would be larger than any message may be, and the server would hang up, again and again.
    expect(guard.can(manager.account.id, '\u0001'.repeat(3_000), approve)).to.equal(false)
    expect(guard.state('\u0001'.repeat(3_000))).to.deep.equal({ state: 'ended', reason: 'not_found' })
    for (let index = 0; index < 400; index += 1) {
      expect(guard.can(manager.account.id, `org_${String(index).padStart(26, '0')}`, approve)).to.equal(false)
    }
    expect(guard.state(`org_${'z'.repeat(26)}`)).to.deep.equal({ state: 'loading' })
    await guard.ready(acme.id)
    expect(may()).to.equal(true)
  })

  it('says that a client which was closed tells nothing any more', async () => {
    const { acme, watcher, manager } = await aScene()
    watcher.rolecall.close()
    const guard = guardOf({ rolecall: watcher.rolecall })
    const error = await guard.ready(acme.id).catch((thrown: unknown) => thrown)
    if (!(error instanceof GuardError)) throw error
    expect(error.state).to.deep.equal({ state: 'ended', reason: 'closed' })
    expect(guard.explain(manager.account.id, acme.id, approve)).to.deep.equal({ allowed: false, reason: 'ended' })
    const live = watcher.rolecall.live(acme.id)
    expect(String(await live.ready.catch((thrown: unknown) => thrown))).to.include(
      'The subscription has ended: closed.',
    )
    expect(live.status).to.deep.equal({ state: 'ended', reason: 'closed' })
  })

  it('takes no bound that is no number', async () => {
    const { rolecall } = await aWatcher(await anOrganisation())
    for (const maxStaleMs of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createGuard({ rolecall, maxStaleMs })).to.throw(RangeError, /maxStaleMs/)
    }
  })

  it('answers nothing after it was closed, and lets its organisations go', async () => {
    const { acme, watcher, guard, manager } = await aScene()
    expect(await socketsOf(acme, watcher)).to.equal(1)
    guard.close()
    expect(guard.can(manager.account.id, acme.id, approve)).to.equal(false)
    expect(guard.state(acme.id)).to.deep.equal({ state: 'ended', reason: 'not_found' })
    await untilSo(async () => (await socketsOf(acme, watcher)) === 0)
  })
})

describe('a guard beside what else its client follows', () => {
  it('closes what it began, and leaves the views of the app and of other guards alone', async () => {
    const { acme, watcher, guard, manager } = await aScene()
    const live = watcher.rolecall.live(acme.id)
    await live.members.ready
    const other = guardOf({ rolecall: watcher.rolecall })
    await other.ready(acme.id)
    guard.close()
    await acme.admin.api('DELETE', pathOf(acme, `/members/${manager.member}`))
    await other.ready(acme.id)
    await watcher.rolecall.confirm()
    expect(other.explain(manager.account.id, acme.id, approve).reason).to.equal('not_a_member')
    expect([live.status, live.members.get(manager.member)]).to.deep.equal([{ state: 'live' }, undefined])
  })

  it('leaves the app’s view alone when it lets an organisation go, and goes on when the app closes its own', async () => {
    const { acme, watcher, manager } = await aScene()
    const second = await anOrganisation()
    await letWatch(second, watcher.email)
    const lives = [acme, second].map(({ id }) => watcher.rolecall.live(id))
    await Promise.all(lives.map(({ ready }) => ready))
    const guard = guardOf({ rolecall: watcher.rolecall, maxOrganisations: 1 })
    // More than may be begun at once: it is waited for.
    await guard.ready(second.id)
    await guard.ready(acme.id)
    expect(guard.state(acme.id)).to.deep.equal({ state: 'live' })
    expect(lives.map(({ status }) => status.state)).to.deep.equal(['live', 'live'])
    for (const live of lives) live.close()
    await guard.ready(acme.id)
    expect(guard.can(manager.account.id, acme.id, approve)).to.equal(true)
  })

  it('ends with its client', async () => {
    const { acme, watcher, guard, manager } = await aScene()
    watcher.rolecall.close()
    expect(guard.can(manager.account.id, acme.id, approve)).to.equal(false)
    expect(guard.state(acme.id)).to.deep.equal({ state: 'ended', reason: 'closed' })
    const late = guardOf({ rolecall: watcher.rolecall })
    expect(late.can(manager.account.id, acme.id, approve)).to.equal(false)
    await untilSo(async () => (await socketsOf(acme, watcher)) === 0)
  })
})

describe('a guard that is out of touch', () => {
  const maxStaleMs = 4_000

  async function anywhere() {
    const acme = await anOrganisation()
    await declare(acme.admin.api, acme.id, { [approve]: ['manager'] })
    const manager = await acme.add('manager')
    const network = await aFlakyNetwork(acme.admin.url)
    const { rolecall } = await aWatcher(acme, network.url)
    const guard = guardOf({ rolecall, maxStaleMs })
    await guard.ready(acme.id)
    return { acme, manager, network, guard, may: () => guard.can(manager.account.id, acme.id, approve) }
  }

  for (const way of ['down', 'swallow'] as const) {
    it(`believes what it knows for as long as it was told, and then nothing: ${way}`, async () => {
      const { acme, manager, network, guard, may } = await anywhere()
      network[way]()
      expect(may()).to.equal(true)
      await acme.admin.api('DELETE', pathOf(acme, `/members/${manager.member}`))
      await untilSo(() => !may())
      expect(guard.explain(manager.account.id, acme.id, approve).reason).to.equal('stale')
      expect(guard.state(acme.id).state).to.equal('stale')
      network.up()
      network.cut()
      await guard.ready(acme.id)
      expect(guard.explain(manager.account.id, acme.id, approve).reason).to.equal('not_a_member')
      expect(guard.can(acme.admin.account.id, acme.id, approve)).to.equal(true)
    })
  }

  it('goes on without a gap after a connection that was lost for less', async () => {
    const { acme, manager, network, guard, may } = await anywhere()
    network.cut()
    await acme.admin.api('PATCH', pathOf(acme, `/members/${manager.member}`), { role: 'developer' })
    await untilSo(() => guard.explain(manager.account.id, acme.id, approve).reason === 'not_permitted')
    await guard.ready(acme.id)
    expect(may()).to.equal(false)
  })

  it('is not assured by answers that come late', async () => {
    const { acme, manager, guard, network } = await anywhere()
    network.hold()
    await untilSo(() => guard.state(acme.id).state === 'stale')
    await acme.admin.api('DELETE', pathOf(acme, `/members/${manager.member}`))
    network.up()
    await guard.ready(acme.id)
    expect(guard.can(manager.account.id, acme.id, approve)).to.equal(false)
  })
})

describe('a guard of several clients', () => {
  it('looks with the one of each organisation', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const [watcher, elsewhere] = [await aWatcher(acme), await aWatcher(other)]
    const clients = new Map([
      [acme.id, watcher.rolecall],
      [other.id, elsewhere.rolecall],
    ])
    const guard = createGuard({ rolecall: (organisation) => clients.get(organisation) })
    await Promise.all([guard.ready(acme.id), guard.ready(other.id)])
    for (const { admin, id } of [acme, other]) expect(guard.can(admin.account.id, id, 'role:manage')).to.equal(true)
    expect(guard.can(acme.admin.account.id, other.id, 'role:manage')).to.equal(false)
    expect(await guard.ready(unique('org')).catch((error: unknown) => error)).to.be.instanceOf(GuardError)
    guard.close()
  })
})
