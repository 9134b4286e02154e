import { expect } from 'chai'
import { aPerson } from './rig/client.ts'
import { aFlakyNetwork } from './rig/flaky-network.ts'
import { guardOf } from './rig/guard.ts'
import { anOrganisation, apiOf, signUp } from './rig/people.ts'
import { changeSomething, declarable } from './rig/random-changes.ts'

const rounds = process.env.ROLECALL_LONG === '1' ? 300 : 20
const asked = [...declarable, 'member:read', 'application:update', 'billing:read', 'report:never']

describe('a guard, whatever is changed and however often its connection breaks', () => {
  it('answers about everybody as the server does', async function () {
    this.timeout(120_000)
    const acme = await anOrganisation()
    const { admin, id } = acme
    const people = await Promise.all(Array.from({ length: 5 }, () => signUp()))
    const network = await aFlakyNetwork(admin.url)
    // Admin, so that no change takes away what it looks with.
    const { rolecall, email } = await aPerson({ baseUrl: network.url })
    await admin.api('POST', `/organisations/${id}/members`, { email, role: 'admin' })
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
    for (let round = 0; round < rounds; round += 1) {
      if (Math.random() < 0.2) network.cut()
      await changeSomething(changing)
      await guard.ready(id)
      const { body } = await admin.api('GET', `/organisations/${id}/members`)
      const members = new Map<string, string>(
        body.data.map((member: { id: string; account: { id: string } }) => [member.account.id, member.id]),
      )
      const missingOfAll = await Promise.all(
        people.map(async ({ account }) => {
          const member = members.get(account.id)
          return member === undefined ? asked : missingOf(member)
        }),
      )
      for (const [index, { account }] of people.entries()) {
        const missing = missingOfAll[index]
        const denied = asked.filter((permission) => !guard.can(account.id, id, permission))
        expect(denied, `round ${round}: ${guard.explain(account.id, id, 'member:read').reason}`).to.deep.equal(missing)
      }
    }

    async function missingOf(member: string): Promise<string[]> {
      const { body } = await admin.api('POST', `/organisations/${id}/permissions/check`, { permissions: asked, member })
      return body.missing
    }
  })
})
