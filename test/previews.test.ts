import { expect } from 'chai'
import { connectLive, eventAt } from './rig/live.ts'
import { type Answer, anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'

const pathOf = (organisation: { id: string }, rest: string) => `/organisations/${organisation.id}/${rest}`

async function eventsOf(organisation: TestOrganisation, by: Person = organisation.admin): Promise<Answer['body'][]> {
  return (await by.api('GET', `${pathOf(organisation, 'events')}?limit=200`)).body.data
}

describe('a dry run', () => {
  it('tells what would happen, and changes nothing', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('manager', { name: 'Ada' })
    const live = await connectLive(ada)
    await live.subscribe(acme.id)
    const before = await eventsOf(acme)
    const { status, body, headers } = await acme.admin.api('PATCH', pathOf(acme, `members/${ada.member}?dryRun=true`), {
      role: 'developer',
    })
    expect(status).to.equal(200)
    expect(body).to.deep.equal({
      dryRun: true,
      events: [
        {
          type: 'member.role_changed',
          data: {
            member: { id: ada.member, account: { id: ada.account.id, name: 'Ada' } },
            before: { role: 'manager' },
            after: { role: 'developer' },
          },
        },
      ],
      loses: [
        {
          account: { id: ada.account.id, name: 'Ada' },
          permissions: [
            'organisation:update',
            'member:read',
            'member:manage',
            'application:update',
            'application:delete',
            'repository:force',
            'webhook:manage',
          ],
          sockets: 1,
          invitations: [],
        },
      ],
      losing: 1,
      gains: [],
      gaining: 0,
    })
    expect(headers.get('Rolecall-Seq')).to.equal(null)
    expect(headers.get('Rolecall-Fenced')).to.equal(null)
    expect(await eventsOf(acme)).to.deep.equal(before)
    expect((await ada.api('GET', pathOf(acme, `members/${ada.member}`))).body.role).to.equal('manager')
    const after = await acme.admin.api('PATCH', pathOf(acme, `members/${ada.member}`), { role: 'accounting' })
    await live.until(({ name }) => name === 'access')
    expect(Number(after.headers.get('Rolecall-Seq'))).to.equal(before.at(-1).seq + 1)
    expect(eventAt(0)).to.be.a('function')
  })
})
