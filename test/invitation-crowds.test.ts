import { expect } from 'chai'
import { models as accessModels } from '../server/src/access/documents.ts'
import { models as logModels } from '../server/src/log/documents.ts'
import { models as invitationModels } from '../server/src/members/invited/documents.ts'
import { aRemoteDatabase } from './rig/database.ts'
import { insist } from './rig/insist.ts'
import { accept, anAddress, invitationsOf, invite, inviteOnly } from './rig/invite.ts'
import { mailTo } from './rig/mailbox.ts'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation } from './rig/people.ts'
import { sharedServer, startServer, type TestServer } from './rig/server.ts'

const told = ({ status, body }: Answer) => [status, body?.code]

async function membersOf({ admin, id }: TestOrganisation): Promise<Answer['body'][]> {
  return (await admin.api('GET', `/organisations/${id}/members?limit=200`)).body.data
}

/** What the organisation's log counts, and what there is. */
async function counted({ app }: TestServer, organisation: string): Promise<(number | undefined)[]> {
  const head = await logModels(app.connection).heads.findById(organisation).lean()
  return [head?.counts?.members, await accessModels(app.connection).memberships.countDocuments({ organisation })]
}

const acceptAmongMany = (person: Person, token: string, key = 'accept') =>
  insist(() => person.api('POST', '/invitations/accept', { token }, { 'Idempotency-Key': key }))

describe('accepting one invitation many times at once', () => {
  it('E08 makes one membership and one event of it', async () => {
    const acme = await anOrganisation()
    const ada = await signUp()
    const { token } = await invite(acme, { email: ada.email })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => acceptAmongMany(ada, token, `${at}`)))
    const [joined, ...more] = answers.filter(({ status }) => status === 201)
    expect(more).to.deep.equal([])
    const refused = answers.filter((answer) => answer !== joined)
    expect(refused.map(told)).to.deep.equal(Array.from({ length: 19 }, () => [404, 'invitation_not_found']))
    const members = await membersOf(acme)
    expect(members.filter(({ account }) => account.id === ada.account.id)).to.deep.equal([joined?.body])
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/events?limit=200`)
    const types = body.data.map(({ type }: { type: string }) => type)
    expect(types.slice(2)).to.deep.equal(['invitation.created', 'member.added', 'invitation.accepted'])
  })

  it('and being added at the same time, makes one membership', async () => {
    for (let round = 0; round < 5; round += 1) {
      const acme = await anOrganisation()
      const ada = await signUp()
      const { token } = await invite(acme, { email: ada.email })
      const answers = await Promise.all([
        accept(ada, token),
        acme.admin.api('POST', `/organisations/${acme.id}/members`, { email: ada.email, role: 'developer' }),
      ])
      expect(answers.map(({ status }) => status)).to.be.deep.oneOf([
        [201, 409],
        [404, 201],
      ])
      expect(await membersOf(acme)).to.have.lengthOf(2)
    }
  })
})

describe('the limit of members', () => {
  const maxMembers = 10
  let server: TestServer
  let acme: TestOrganisation
  let people: Person[]

  before(async function () {
    this.timeout(300_000)
    server = await startServer({ env: { MAX_MEMBERS: `${maxMembers}` } })
    acme = await anOrganisation({ url: server.url })
    people = []
    for (let count = 0; count < 50; count += 10) {
      people.push(...(await Promise.all(Array.from({ length: 10 }, () => signUp({ url: server.url })))))
    }
  })

  it('E09 holds exactly when fifty accept at once; who came too late can join when somebody has left', async () => {
    const tokens: string[] = []
    for (let first = 0; first < people.length; first += 10) {
      const some = people.slice(first, first + 10)
      for (const { email } of some) await inviteOnly(acme, { email })
      for (const { email } of some) tokens.push((await mailTo(server.url, email)).token)
    }
    const answers = await Promise.all(people.map((person, index) => acceptAmongMany(person, tokens[index] ?? '')))
    const joined = answers.filter(({ status }) => status === 201)
    expect(joined).to.have.lengthOf(maxMembers - 1)
    const refused = answers.filter(({ status }) => status !== 201)
    expect(refused.map(told)).to.deep.equal(refused.map(() => [409, 'member_limit']))
    expect(await membersOf(acme)).to.have.lengthOf(maxMembers)
    expect(await counted(server, acme.id)).to.deep.equal([maxMembers, maxMembers])

    const late = answers.findIndex(({ status }) => status !== 201)
    const again = () => accept(people[late] ?? acme.admin, tokens[late] ?? '')
    expect(told(await again())).to.deep.equal([409, 'member_limit'])
    const leaver = people[answers.findIndex(({ status }) => status === 201)]
    const { member } = (await leaver?.api('GET', `/organisations/${acme.id}/permissions`))?.body ?? {}
    await leaver?.api('DELETE', `/organisations/${acme.id}/members/${member}`)
    expect((await again()).status).to.equal(201)
    expect(await counted(server, acme.id)).to.deep.equal([maxMembers, maxMembers])
  })

  it('E09 holds for adding too, counts the suspended, and not whose account is deleted', async () => {
    const small = await anOrganisation({ url: server.url })
    const add = ({ email }: Person) =>
      small.admin.api('POST', `/organisations/${small.id}/members`, { email, role: 'developer' })
    const leaver = await small.add('developer')
    const suspended = await small.add('developer')
    for (const person of people.slice(0, maxMembers - 3)) expect((await add(person)).status).to.equal(201)
    await small.admin.api('POST', `/organisations/${small.id}/members/${suspended.member}/suspend`)
    const [late, later] = people.slice(-2)
    if (late === undefined || later === undefined) throw new Error('there are too few people')
    expect(told(await add(late))).to.deep.equal([409, 'member_limit'])
    await leaver.api('DELETE', '/account', { password: leaver.password })
    expect((await add(late)).status).to.equal(201)
    expect(told(await add(later))).to.deep.equal([409, 'member_limit'])
    expect(told(await add(late)), 'who is a member is told that').to.deep.equal([409, 'already_member'])
    expect(await counted(server, small.id)).to.deep.equal([maxMembers, maxMembers])
  })

  it('counts an organisation from before there was a limit', async () => {
    const old = await anOrganisation({ url: server.url })
    await old.add('developer')
    await logModels(server.app.connection).heads.updateOne({ _id: old.id }, { $unset: { counts: 1 } })
    await old.add('developer')
    expect(await counted(server, old.id)).to.deep.equal([3, 3])
  })
})

describe('many pending invitations', () => {
  /** Of one that was made, as many more as are wanted. */
  async function multiply({ app }: TestServer, invitation: string, count: number): Promise<void> {
    const { invitations } = invitationModels(app.connection)
    const one = await invitations.findById(invitation).lean()
    if (one === null) throw new Error('the invitation is not there')
    // Nobody is to be told of them: that would be written beside what is tried.
    const { notice: _, ...told } = one
    const copy = (_: unknown, index: number) => {
      const id = `${one._id}-${index}`
      return { ...told, _id: id, emailKey: id, tokenHash: id }
    }
    await invitations.insertMany(Array.from({ length: count }, copy))
  }

  it('are 200 at most', async () => {
    const acme = await anOrganisation()
    const { invitation } = await invite(acme)
    await multiply(await sharedServer(), invitation.id, 199)
    const create = () => acme.admin.api('POST', invitationsOf(acme), { email: anAddress(), role: 'developer' })
    expect(told(await create())).to.deep.equal([409, 'invitation_limit'])
    await acme.admin.api('DELETE', invitationsOf(acme, invitation.id))
    expect((await create()).status).to.equal(201)
  })

  it('E06 are withdrawn together, within the time of one change, when their sender deletes their account', async () => {
    const database = await aRemoteDatabase()
    const remote = await startServer({ env: { MONGODB_URI: database.uri } })
    const { url } = remote
    const sender = await signUp({ url })
    const both = await Promise.all([1, 2].map(() => anOrganisation({ url })))
    for (const organisation of both) {
      await organisation.admin.api('POST', `/organisations/${organisation.id}/members`, {
        email: sender.email,
        role: 'manager',
      })
      const { invitation } = await invite(organisation, { by: sender })
      await multiply(remote, invitation.id, 199)
    }
    // Each question to the database takes so long that it could not be asked once for each invitation, however often it
    // is tried; a busy machine may have to try again.
    database.network.delay(5)
    const end = () => sender.api('DELETE', '/account', { password: sender.password })
    let answer = await end()
    for (let more = 0; more < 4 && answer.status === 503; more += 1) answer = await end()
    const { status, text } = answer
    database.network.delay(0)
    expect(status, text).to.equal(204)
    for (const { admin, id } of both) {
      const { body } = await admin.api('GET', `/organisations/${id}/events?limit=200&type=invitation.revoked`)
      expect(body.data.length).to.equal(200)
      const { invitations } = invitationModels(remote.app.connection)
      expect(await invitations.countDocuments({ organisation: id, status: 'revoked' })).to.equal(200)
    }
    await remote.close()
  })
})
