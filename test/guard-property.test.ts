import { GuardError } from '@rolecall/sdk/guard'
import { expect } from 'chai'
import { aPerson } from './rig/client.ts'
import { aFlakyNetwork } from './rig/flaky-network.ts'
import { guardOf } from './rig/guard.ts'
import { type Answer, anOrganisation, apiOf, signUp } from './rig/people.ts'
import { changeSomething, declarable } from './rig/random-changes.ts'

/** Of few changes each: the more often a connection breaks, the longer a client waits before it tries again. */
const histories = process.env.ROLECALL_LONG === '1' ? 25 : 1
const rounds = 20
const asked = [...declarable, 'member:read', 'application:update', 'billing:read', 'report:never']
/** Of the one who looks, mostly one that sees the members. */
const watching = ['admin', 'manager', 'manager', 'developer', 'accounting'] as const

async function hold(): Promise<void> {
  const { admin, id } = await anOrganisation()
  const people = await Promise.all(Array.from({ length: 5 }, () => signUp()))
  const network = await aFlakyNetwork(admin.url)
  const { rolecall, email } = await aPerson({ baseUrl: network.url })
  const path = `/organisations/${id}/members`
  const watcher = (await admin.api('POST', path, { email, role: 'admin' })).body.id
  // So long that it never denies for being out of touch: what is held against the server is what it knows.
  const guard = guardOf({ rolecall, maxStaleMs: 60_000 })
  await guard.ready(id)
  const changing = {
    organisation: id,
    admin: admin.api,
    people: people.map(({ email: address, session }) => ({
      email: address,
      api: apiOf(admin.url, session.accessToken),
    })),
  }

  async function missingOf(member: string): Promise<string[]> {
    const question = { permissions: asked, member }
    return (await admin.api('POST', `/organisations/${id}/permissions/check`, question)).body.missing
  }

  for (let round = 0; round < rounds; round += 1) {
    if (Math.random() < 0.2) network.cut()
    if (Math.random() < 0.2) {
      const role = watching[Math.floor(Math.random() * watching.length)]
      expect((await admin.api('PATCH', `${path}/${watcher}`, { role })).status).to.equal(200)
    } else await changeSomething(changing)
    const { body } = await admin.api('GET', path)
    const members: Answer['body'][] = body.data
    const roles: Answer['body'][] = (await admin.api('GET', `/organisations/${id}/roles`)).body.data
    const own = members.find((member) => member.id === watcher)
    const seesMembers = roles.find((role) => role.id === own.role).permissions.includes('member:read')
    const refusal = await guard.ready(id).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (seesMembers) expect(refusal).to.equal(undefined)
    else {
      expect(refusal).to.be.instanceOf(GuardError)
      expect(guard.state(id)).to.deep.equal({ state: 'hidden' })
    }
    for (const { account } of people) {
      const member = members.find((one) => one.account.id === account.id)
      const missing = member === undefined || !seesMembers ? asked : await missingOf(member.id)
      const denied = asked.filter((permission) => !guard.can(account.id, id, permission))
      expect(denied, `round ${round}: ${guard.explain(account.id, id, 'member:read').reason}`).to.deep.equal(missing)
    }
  }
  guard.close()
}

describe('a guard, whatever is changed and however often its connection breaks', () => {
  it('answers about everybody as the server does', async function () {
    this.timeout(1_800_000)
    for (let history = 0; history < histories; history += 1) await hold()
  })
})
