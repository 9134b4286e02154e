import { expect } from 'chai'
import { models as accessModels } from '../server/src/access/documents.ts'
import { models as applicationModels } from '../server/src/applications/documents.ts'
import { models as billingModels } from '../server/src/billing/documents.ts'
import { models as invitationModels } from '../server/src/members/invited/documents.ts'
import { models as organisationModels } from '../server/src/organisations/documents.ts'
import { emptyDeleted } from '../server/src/organisations/empty.ts'
import { models as permissionModels } from '../server/src/permissions/documents.ts'
import { models as repositoryModels } from '../server/src/repositories/documents.ts'
import { models as roleModels } from '../server/src/roles/documents.ts'
import { models as webhookModels } from '../server/src/webhooks/documents.ts'
import { forgetDeleted } from '../server/src/webhooks/forget.ts'
import { anOpenInvoice } from './rig/billing.ts'
import { invite } from './rig/invite.ts'
import { type Answer, anOrganisation, apiOf, type Person, signUp, unique } from './rig/people.ts'
import { startServer, type TestServer } from './rig/server.ts'

const dayMs = 24 * 60 * 60 * 1_000
const told = ({ status, body }: Answer) => [status, body?.code]
const notFound = [404, 'not_found']
const taken = [409, 'organisation_name_taken']
const pathOf = ({ id }: { readonly id: string }) => `/organisations/${id}`
const remove = (person: Person, organisation: { readonly id: string }) => person.api('DELETE', pathOf(organisation))
const restore = (person: Person, organisation: { readonly id: string }) =>
  person.api('POST', `${pathOf(organisation)}/restore`)
const create = (person: Person, name: string) => person.api('POST', '/organisations', { name })
const deletedOf = async (person: Person): Promise<string[]> =>
  (await person.api('GET', '/organisations?deleted=true')).body.data.map(({ id }: { id: string }) => id)
const endAccount = ({ api, password }: Person) => api('DELETE', '/account', { password })

describe('members who delete their accounts while the organisation is deleted', () => {
  it('E45 are reported at its restoration, and are members no more', async () => {
    const acme = await anOrganisation()
    const [leaver, stayer] = [await acme.add('developer'), await acme.add('manager')]
    await remove(acme.admin, acme)
    expect((await endAccount(leaver)).status).to.equal(204)
    const { body } = await restore(acme.admin, acme)
    const account = { id: leaver.account.id, name: leaver.account.name }
    expect(body.missing).to.deep.equal([{ id: leaver.member, account, role: 'developer' }])
    const { body: members } = await acme.admin.api('GET', `${pathOf(acme)}/members`)
    const present = members.data.map((member: { account: { id: string } }) => member.account.id)
    expect(present).to.have.members([acme.admin.account.id, stayer.account.id])
    const { body: log } = await acme.admin.api('GET', `${pathOf(acme)}/events?type=member.removed`)
    expect(log.data.map(({ data }: { data: unknown }) => data)).to.deep.equal([
      { member: { id: leaver.member, account }, before: { role: 'developer' }, reason: 'account_deleted' },
    ])
    const { body: everything } = await acme.admin.api('GET', `${pathOf(acme)}/members?q=person&limit=200`)
    expect(JSON.stringify(everything)).not.to.include(leaver.email)
  })

  it('take their invitations with them, which are reported too', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    const [theirs, others] = [await invite(acme, { by: manager }), await invite(acme)]
    await remove(acme.admin, acme)
    await endAccount(manager)
    const { body } = await restore(acme.admin, acme)
    expect(body.revokedInvitations).to.deep.equal([{ id: theirs.invitation.id, email: theirs.email }])
    const { body: list } = await acme.admin.api('GET', `${pathOf(acme)}/members?include=invitations`)
    expect(list.invitations.map(({ id }: { id: string }) => id)).to.deep.equal([others.invitation.id])
  })

  it('leave nobody who could restore it where they were the last Admin', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    await remove(acme.admin, acme)
    expect((await endAccount(acme.admin)).status).to.equal(204)
    expect(await deletedOf(manager)).to.deep.equal([])
    expect(told(await restore(manager, acme))).to.deep.equal([403, 'forbidden'])
    expect(told(await create(manager, acme.name))).to.deep.equal(taken)
  })

  it('are missing exactly where it is restored at the same moment', async () => {
    for (let round = 0; round < 4; round += 1) {
      const acme = await anOrganisation()
      const leavers = [await acme.add('developer'), await acme.add('developer')]
      await remove(acme.admin, acme)
      const [restored, ...ended] = await Promise.all([restore(acme.admin, acme), ...leavers.map(endAccount)])
      expect([restored?.status, ...ended.map(({ status }) => status)]).to.deep.equal([200, 204, 204])
      const { body: members } = await acme.admin.api('GET', `${pathOf(acme)}/members`)
      expect(members.data.map(({ account }: { account: { id: string } }) => account.id)).to.deep.equal([
        acme.admin.account.id,
      ])
      const { body: log } = await acme.admin.api('GET', `${pathOf(acme)}/events?type=member.removed`)
      const removed = log.data.map(({ data }: { data: { member: { id: string } } }) => data.member.id)
      expect(removed.sort()).to.deep.equal(leavers.map(({ member }) => member).sort())
    }
  })

  it('and those who changed their names come back under the new ones', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer')
    await remove(acme.admin, acme)
    const name = unique('Renamed')
    await developer.api('PATCH', '/account', { name })
    await restore(acme.admin, acme)
    const { body } = await acme.admin.api('GET', `${pathOf(acme)}/members/${developer.member}`)
    expect(body.account.name).to.equal(name)
  })

  it('end a personal organisation for its other Admins too', async () => {
    const [owner, other] = [await signUp(), await signUp()]
    const path = pathOf(owner.organisation)
    await owner.api('POST', `${path}/members`, { email: other.email, role: 'admin' })
    await endAccount(owner)
    expect(await deletedOf(other)).to.deep.equal([])
    expect(told(await restore(other, owner.organisation))).to.deep.equal(notFound)
  })
})

describe('an organisation that was deleted a while ago', () => {
  let server: TestServer
  let now = new Date('2026-03-01T12:00:00Z')

  before(async () => {
    server = await startServer({ now: () => now, env: { MAX_ORGANISATIONS: '3' } })
  })
  after(() => server.close())

  async function later(person: Person, days: number): Promise<Person> {
    now = new Date(now.getTime() + days * dayMs)
    const { email, password } = person
    const { body } = await apiOf(server.url)('POST', '/sessions', { email, password })
    return { ...person, api: apiOf(server.url, body.session.accessToken) }
  }

  it('E21 has its name back when it is restored on the 30th day: nobody could take it meanwhile', async () => {
    const acme = await anOrganisation({ url: server.url })
    const other = await signUp({ url: server.url })
    await remove(acme.admin, acme)
    const last = await later(acme.admin, 29.99)
    expect(told(await create(await later(other, 0), acme.name.toUpperCase()))).to.deep.equal(taken)
    expect((await restore(last, acme)).body.organisation.name).to.equal(acme.name)
    const after = await later(acme.admin, 60)
    expect(told(await create(await later(other, 0), acme.name))).to.deep.equal(taken)
    expect((await after.api('GET', pathOf(acme))).body.heldNames).to.deep.equal([])
  })

  it('E21 cannot be restored after 30 days, and whoever takes its name then has it', async () => {
    const [acme, beta] = [await anOrganisation({ url: server.url }), await anOrganisation({ url: server.url })]
    const other = await signUp({ url: server.url })
    await remove(acme.admin, acme)
    await remove(beta.admin, beta)
    const late = await later(acme.admin, 30)
    expect(await deletedOf(late)).to.deep.equal([])
    expect((await create(await later(other, 0), acme.name)).status).to.equal(201)
    expect(told(await restore(late, acme))).to.deep.equal(notFound)
    expect(told(await restore(await later(beta.admin, 0), beta))).to.deep.equal(notFound)
  })

  it('E45 names the invitations that ran out meanwhile', async () => {
    const acme = await anOrganisation({ url: server.url })
    const { invitation, email } = await invite(acme)
    await remove(acme.admin, acme)
    const { body } = await restore(await later(acme.admin, 8), acme)
    expect(body.expiredInvitations).to.deep.equal([{ id: invitation.id, email }])
  })

  it('is emptied of what is personal, and of nothing sooner than whoever restores it last is done', async () => {
    const acme = await anOrganisation({ url: server.url })
    await acme.add('developer')
    await acme.admin.api('POST', `${pathOf(acme)}/roles`, { name: 'Support', permissions: [] })
    await invite(acme)
    await acme.admin.api('POST', `${pathOf(acme)}/webhooks`, { url: 'https://example.com/hook' })
    await acme.admin.api('POST', `${pathOf(acme)}/applications`, { name: 'Website' })
    await anOpenInvoice(acme)
    const kept = await anOrganisation({ url: server.url })
    await remove(acme.admin, acme)
    const { connection } = server.app
    const models = {
      ...accessModels(connection),
      ...invitationModels(connection),
      ...organisationModels(connection),
      ...roleModels(connection),
      ...permissionModels(connection),
      ...webhookModels(connection),
      ...applicationModels(connection),
      ...repositoryModels(connection),
      ...billingModels(connection),
    }
    const counts = (organisation: string) =>
      Promise.all([
        models.memberships.countDocuments({ organisation }),
        models.invitations.countDocuments({ organisation }),
        models.roles.countDocuments({ organisation }),
        models.names.countDocuments({ organisation }),
        models.webhooks.countDocuments({ organisation }),
        models.webhookCursors.countDocuments({ organisation }),
        models.applications.countDocuments({ organisation }),
        models.invoices.countDocuments({ organisation }),
        models.ledgers.countDocuments({ _id: organisation }),
      ])
    const job = emptyDeleted({ models, now: () => now })
    now = new Date(now.getTime() + 30 * dayMs + 60_000 - 1)
    await job.run(new AbortController().signal)
    expect(await counts(acme.id)).to.deep.equal([2, 1, 1, 1, 1, 1, 1, 1, 1])
    now = new Date(now.getTime() + 1)
    await job.run(new AbortController().signal)
    expect(await counts(acme.id)).to.deep.equal([0, 0, 0, 0, 0, 1, 0, 0, 0])
    now = new Date(now.getTime() + 60_000)
    await forgetDeleted({ models, now: () => now }).run(new AbortController().signal)
    expect(await counts(acme.id)).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(await counts(kept.id)).to.deep.equal([1, 0, 0, 1, 0, 0, 0, 0, 0])
    const left = await models.organisations.findById(acme.id).lean()
    expect(left).to.deep.include({ name: '', nameKey: '', description: '' })
    expect(JSON.stringify(left)).not.to.include(acme.admin.account.id)
    expect(told(await restore(await later(acme.admin, 0), acme))).to.deep.equal(notFound)
  })

  it('counts towards what its founder can create until its name is free, exactly, however many are created at once', async () => {
    const founder = await signUp({ url: server.url })
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(founder, unique('One of'))))
    const made = answers.filter(({ status }) => status === 201)
    expect(made).to.have.lengthOf(3)
    for (const answer of answers) {
      if (answer.status !== 201) expect(told(answer)).to.deep.equal([409, 'organisation_limit'])
    }
    await remove(founder, made[0]?.body)
    expect(told(await create(founder, unique('Next')))).to.deep.equal([409, 'organisation_limit'])
    expect((await restore(founder, made[0]?.body)).status).to.equal(200)
    await remove(founder, made[0]?.body)
    const after = await later(founder, 30)
    expect((await create(after, unique('Next'))).status).to.equal(201)
    expect(told(await create(after, unique('Next')))).to.deep.equal([409, 'organisation_limit'])
    // Being made Admin of others’ counts for nothing.
    const acme = await anOrganisation({ url: server.url })
    const guest = await acme.add('admin')
    for (let count = 0; count < 3; count += 1) expect((await create(guest, unique('Own'))).status).to.equal(201)
  })
})
