import { expect } from 'chai'
import { models } from '../server/src/access/documents.ts'
import { accept, invite } from './rig/invite.ts'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation, unique } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const refused = [409, 'membership_limit']

const add = ({ admin, id }: TestOrganisation, { email }: Person) =>
  admin.api('POST', `/organisations/${id}/members`, { email, role: 'developer' })
const create = ({ api }: Person) => api('POST', '/organisations', { name: unique('One more') })

const database = async () => models((await sharedServer()).app.connection)

/** Somebody who is in so many organisations, the personal one included. */
async function inOrganisations(count: number): Promise<Person> {
  const person = await signUp()
  const { accounts, memberships } = await database()
  const one = await memberships.findOne({ 'account.id': person.account.id }).lean()
  if (one === null) throw new Error('the membership is not there')
  await memberships.insertMany(
    Array.from({ length: count - 1 }, (_, index) => ({
      ...one,
      _id: `${one._id}-${index}`,
      organisation: `${one.organisation}-${index}`,
    })),
  )
  await accounts.updateOne({ _id: person.account.id }, { $set: { memberships: count } })
  return person
}

describe('the limit of organisations that somebody is in', () => {
  it('leaves some for what one joins oneself, however many others add one to', async () => {
    const person = await inOrganisations(199)
    const [last, next] = [await anOrganisation(), await anOrganisation()]
    expect((await add(last, person)).status).to.equal(201)
    expect(told(await add(next, person))).to.deep.equal(refused)
    expect(told(await add(last, person)), 'who is a member is told that').to.deep.equal([409, 'already_member'])
    const { token } = await invite(next, { email: person.email })
    expect((await accept(person, token)).status).to.equal(201)
    expect((await create(person)).status).to.equal(201)
  })

  it('holds for accepting and creating, exactly, however many come at once; who leaves one can join another', async () => {
    const person = await inOrganisations(248)
    const left = await anOrganisation()
    const { body: joined } = await accept(person, (await invite(left, { email: person.email })).token)
    const acme = await anOrganisation()
    const { token } = await invite(acme, { email: person.email })
    const answers = await Promise.all([accept(person, token), ...Array.from({ length: 4 }, () => create(person))])
    const done = answers.filter(({ status }) => status === 201)
    expect(done.length).to.equal(1)
    for (const answer of answers) if (!done.includes(answer)) expect(told(answer)).to.deep.equal(refused)
    const { memberships } = await database()
    expect(await memberships.countDocuments({ 'account.id': person.account.id })).to.equal(250)
    await person.api('DELETE', `/organisations/${left.id}/members/${joined.id}`)
    expect((await create(person)).status).to.equal(201)
  })

  it('counts no organisation that was deleted for good', async () => {
    const person = await signUp()
    const { accounts } = await database()
    await accounts.updateOne({ _id: person.account.id }, { $set: { memberships: 250 } })
    expect((await create(person)).status).to.equal(201)
    expect((await add(await anOrganisation(), person)).status).to.equal(201)
  })
})
