import { builtInRoleIds } from '@rolecall/contract'
import { expect } from 'chai'
import { type Answer, anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'

type MemberPerson = Person & { readonly member: string }

const told = ({ status, body }: Answer) => [status, body?.code]
const batch = (by: Person, of: { id: string }, changes: readonly object[], query = '') =>
  by.api('POST', `/organisations/${of.id}/members/batch${query}`, { changes })

async function founderOf(organisation: TestOrganisation): Promise<MemberPerson> {
  const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/permissions`)
  return { ...organisation.admin, member: body.member }
}

const eventsOf = async (organisation: TestOrganisation): Promise<Answer['body'][]> =>
  (await organisation.admin.api('GET', `/organisations/${organisation.id}/events?limit=200`)).body.data

describe('changing many members at once', () => {
  it('does all of it in one change', async () => {
    const acme = await anOrganisation()
    const [ada, ben, cem, dan] = [
      await acme.add('developer'),
      await acme.add('developer'),
      await acme.add('developer'),
      await acme.add('developer'),
    ]
    await acme.admin.api('POST', `/organisations/${acme.id}/members/${dan.member}/suspend`)
    const before = (await eventsOf(acme)).length
    const { status, body, headers } = await batch(acme.admin, acme, [
      { member: ada.member, role: 'manager' },
      { member: ben.member, action: 'remove' },
      { member: cem.member, action: 'suspend' },
      { member: dan.member, action: 'resume' },
    ])
    expect(status).to.equal(200)
    expect(body.data.map(({ id, role, status: is }: Answer['body']) => [id, role, is])).to.deep.equal([
      [ada.member, 'manager', 'active'],
      [cem.member, 'developer', 'suspended'],
      [dan.member, 'developer', 'active'],
    ])
    expect(headers.get('Rolecall-Fenced')).to.equal('true')
    const events = (await eventsOf(acme)).slice(before)
    expect(events.map(({ type }) => type)).to.deep.equal([
      'member.role_changed',
      'member.removed',
      'member.suspended',
      'member.resumed',
    ])
    expect(new Set(events.map(({ at }) => at)).size).to.equal(1)
    const seen = await Promise.all([ada, ben, cem, dan].map((person) => person.api('GET', `/organisations/${acme.id}`)))
    expect(seen.map((answer) => answer.status)).to.deep.equal([200, 404, 404, 200])
  })

  it('does nothing of it where one change is refused, and says which', async () => {
    const acme = await anOrganisation()
    const [manager, ada, admin] = [await acme.add('manager'), await acme.add('developer'), await acme.add('admin')]
    const other = await founderOf(await anOrganisation())
    const before = await eventsOf(acme)
    for (const [entry, code, status] of [
      [{ member: admin.member, action: 'suspend' }, 'forbidden', 403],
      [{ member: admin.member, role: 'developer' }, 'forbidden', 403],
      [{ member: manager.member, role: 'admin' }, 'forbidden', 403],
      [{ member: other.member, action: 'remove' }, 'not_found', 404],
      [{ member: ada.member, action: 'remove' }, 'invalid_request', 400],
    ] as const) {
      const answer = await batch(manager, acme, [{ member: ada.member, role: 'accounting' }, entry])
      expect(told(answer), answer.text).to.deep.equal([status, code])
      expect(answer.body.errors[0].path).to.equal('changes.1')
      expect(answer.body.detail).to.match(/^changes\.1: [^.]+\.(?: [^.]+\.)* Nothing was changed\.$/)
    }
    expect(
      told(await batch(manager, acme, [{ member: ada.member, role: 'rol_00000000000000000000000000' }])),
    ).to.deep.equal([404, 'role_not_found'])
    expect(await eventsOf(acme)).to.deep.equal(before)
  })

  it('E02 counts the Admins when all is done: two may change places, none may not be left', async () => {
    const acme = await anOrganisation()
    const [founder, ada] = [await founderOf(acme), await acme.add('manager')]
    const refused = await batch(founder, acme, [
      { member: ada.member, role: 'developer' },
      { member: founder.member, role: 'manager' },
    ])
    expect(told(refused)).to.deep.equal([409, 'last_admin'])
    expect(refused.body.errors[0].path).to.equal('changes.1')
    const done = await batch(founder, acme, [
      { member: founder.member, role: 'manager' },
      { member: ada.member, role: 'admin' },
    ])
    expect(done.body.data.map(({ role }: { role: string }) => role)).to.deep.equal(['manager', 'admin'])
  })

  it('E02 E20 refuses what takes a personal organisation from its owner', async () => {
    const acme = await anOrganisation()
    const personal = acme.admin.organisation
    const { body } = await acme.admin.api('GET', `/organisations/${personal.id}/permissions`)
    const answer = await batch(acme.admin, personal, [{ member: body.member, action: 'remove' }])
    expect(told(answer)).to.deep.equal([409, 'personal_organisation'])
  })

  it('E03 E05 permits to each what each change alone permits', async () => {
    const acme = await anOrganisation()
    const [admin, manager, developer, accounting] = await Promise.all(builtInRoleIds.map((role) => acme.add(role)))
    const actors = [acme.admin, manager, developer] as Person[]
    for (const actor of actors) {
      for (const { member } of [admin, manager, developer, accounting] as MemberPerson[]) {
        const path = `/organisations/${acme.id}/members/${member}`
        for (const role of builtInRoleIds) {
          const alone = await actor.api('PATCH', `${path}?dryRun=true`, { role })
          const among = await batch(actor, acme, [{ member, role }], '?dryRun=true')
          expect(told(among)).to.deep.equal(told(alone))
        }
        const alone = await actor.api('POST', `${path}/suspend?dryRun=true`)
        const among = await batch(actor, acme, [{ member, action: 'suspend' }], '?dryRun=true')
        expect(told(among)).to.deep.equal(told(alone))
      }
    }
  })

  it('takes 1 to 100 changes, each of one kind', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer')
    const one = { member: ada.member, role: 'developer' }
    for (const changes of [
      [],
      Array.from({ length: 101 }, () => one),
      [{ ...one, action: 'remove' }],
      [{ member: ada.member }],
      [{ member: ada.member, action: 'explode' }],
      [{ ...one, organisation: 'org_x' }],
    ]) {
      expect(told(await batch(acme.admin, acme, changes))).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('is done once, however often it is sent with one key', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer')
    const send = () =>
      acme.admin.api(
        'POST',
        `/organisations/${acme.id}/members/batch`,
        { changes: [{ member: ada.member, action: 'remove' }] },
        { 'Idempotency-Key': `batch-${ada.member}` },
      )
    const [first, second] = [await send(), await send()]
    expect([first.status, second.status]).to.deep.equal([200, 200])
    expect(second.headers.get('Idempotency-Replayed')).to.equal('true')
  })
})
