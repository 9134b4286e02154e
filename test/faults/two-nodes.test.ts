import { expect } from 'chai'
import { aRemoteDatabase } from '../rig/database.ts'
import { anOrganisation, apiOf } from '../rig/people.ts'
import { startServer } from '../rig/server.ts'
import { readLog } from '../rig/writer.ts'

const rounds = process.env.ROLECALL_LONG === '1' ? 50 : 5

describe('two servers on one database', () => {
  it('E01 E52 wait for each other at the head of a log: nothing is raced, and hardly anything done twice', async function () {
    this.timeout(120_000 + rounds * 5_000)
    const { directUri } = await aRemoteDatabase()
    const env = { MONGODB_URI: directUri, SECRET_KEY: 'a key that two servers of one test share' }
    const [one, other] = [await startServer({ env }), await startServer({ env })]
    const organisation = await anOrganisation({ url: one.url })
    const { id, admin } = organisation
    const second = await organisation.add('admin')
    const path = `/organisations/${id}`
    const { body } = await admin.api('GET', `${path}/members`)
    const mine = body.data.find(({ account }: { account: { id: string } }) => account.id === admin.account.id).id
    const there = apiOf(other.url, second.session.accessToken)

    for (let round = 0; round < rounds; round += 1) {
      const statuses = await Promise.all([
        admin.api('PATCH', `${path}/members/${second.member}`, { role: 'developer' }),
        there('PATCH', `${path}/members/${mine}`, { role: 'developer' }),
      ]).then((answers) => answers.map(({ status }) => status))
      expect(statuses.sort(), 'exactly one demotes the other').to.deep.equal([200, 403])
      const [winner, subject] =
        (await admin.api('GET', `${path}/members`)).status === 200 ? [admin.api, second.member] : [there, mine]
      const restored = await winner('PATCH', `${path}/members/${subject}`, { role: 'admin' })
      expect(restored.status, restored.text).to.equal(200)
    }

    const members = [(await organisation.add('developer')).member, (await organisation.add('developer')).member]
    const before = one.app.log.conflicts() + other.app.log.conflicts()
    const writes = 20 * rounds
    let left = writes
    await Promise.all(
      (
        [
          [admin.api, members[0]],
          [there, members[1]],
        ] as const
      ).map(async ([api, member]) => {
        while (left > 0) {
          left -= 1
          const role = left % 2 === 0 ? 'manager' : 'accounting'
          const { status, text } = await api('PATCH', `${path}/members/${member}`, { role })
          expect(status, text).to.equal(200)
        }
      }),
    )
    const conflicts = one.app.log.conflicts() + other.app.log.conflicts() - before
    console.log(`      ${writes} changes, ${conflicts} conflicts`)
    expect(conflicts).to.be.below(writes / 10)
    const events = await readLog(admin.api, id)
    expect(events.map(({ seq }) => seq)).to.deep.equal(events.map((_, index) => index + 1))
    await one.close()
    await other.close()
  })
})
