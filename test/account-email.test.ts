import { expect } from 'chai'
import {
  anotherSession,
  changeTo,
  confirmed,
  freshAddress,
  logOf,
  reset,
  resetOf,
  signIn,
  verificationOf,
  verify,
} from './rig/account.ts'
import { insist } from './rig/insist.ts'
import { invite } from './rig/invite.ts'
import { connectLive } from './rig/live.ts'
import { mailTo } from './rig/mailbox.ts'
import { type Answer, anOrganisation, apiOf, type Person, signUp } from './rig/people.ts'
import { startServer, type TestServer } from './rig/server.ts'

const isVerified = async ({ api }: Person) => (await api('GET', '/account')).body.emailVerified
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** A refusal as its reader sees it. */
const seen = ({ status, text, headers }: Answer) => ({ status, text, type: headers.get('Content-Type') })

describe('confirming an address', () => {
  it('takes the token that was mailed at sign-up, and nothing else', async () => {
    const person = await signUp()
    expect(person.account.emailVerified).to.equal(false)
    const { status, headers } = await verify(person, await verificationOf(person))
    expect([status, headers.get('Rolecall-Fenced')]).to.deep.equal([204, 'true'])
    const { body } = await signIn(person, person.password)
    expect(body.account.emailVerified).to.equal(true)
    const again = { api: apiOf(person.url, body.session.accessToken) }
    const types = (await logOf(again)).map(([type]) => type)
    expect(types).to.deep.equal([
      'account.created',
      'session.started',
      'session.started',
      'session.ended',
      'account.email_verified',
      'session.started',
    ])
  })

  it('ends all other sessions on their very next request, and keeps that of whoever confirms', async () => {
    const person = await signUp()
    const other = await anotherSession(person)
    await confirmed(person)
    expect((await other('GET', '/account')).body.code).to.equal('unauthenticated')
    expect(await isVerified(person)).to.equal(true)
    expect((await logOf(person)).find(([type]) => type === 'session.ended')?.[1]).to.have.property(
      'reason',
      'email_verified',
    )
  })

  it('is nothing for whoever is not signed in to that account: its password may be somebody else’s', async () => {
    const [squatter, owner] = [await signUp(), await signUp()]
    const organisation = await anOrganisation()
    const { invitation } = await invite(organisation, { email: squatter.email })
    const pressed = async (api: Person['api'], token: string) => {
      const { status, body } = await api('POST', '/account/email/verify', { token })
      return [status, body.code]
    }
    for (const token of [await verificationOf(squatter), await changeTo(squatter, freshAddress())]) {
      expect(await pressed(apiOf(squatter.url), token)).to.deep.equal([401, 'unauthenticated'])
      expect(await pressed(owner.api, token)).to.deep.equal([403, 'other_account'])
    }
    expect(await isVerified(squatter)).to.equal(false)
    const accepted = await squatter.api('POST', `/account/invitations/${invitation.id}/accept`)
    expect([accepted.status, accepted.body.code]).to.deep.equal([404, 'invitation_not_found'])

    expect((await reset(squatter.url, await resetOf(squatter))).status).to.equal(204)
    expect((await signIn(squatter, squatter.password)).status).to.equal(401)
    const { body } = await signIn(squatter, 'another horse battery')
    expect(body.account.emailVerified).to.equal(true)
  })

  it('is answered as before when it is repeated with its Idempotency-Key', async () => {
    const person = await signUp()
    const tokens = [await verificationOf(person), await changeTo(person, freshAddress())]
    for (const token of tokens) {
      const headers = { 'Idempotency-Key': `key-of-${token}` }
      for (let count = 0; count < 2; count += 1) {
        const { status } = await person.api('POST', '/account/email/verify', { token }, headers)
        expect(status).to.equal(204)
      }
    }
  })

  it('can be asked for again, as long as it is of use', async () => {
    const person = await signUp()
    const first = await verificationOf(person)
    const asked = await person.api('POST', '/account/email/verification')
    expect([asked.status, asked.body]).to.deep.equal([202, { email: person.email }])
    const second = await verificationOf(person)
    expect(second).not.to.equal(first)
    // The first one still holds: it may be the mail that is being read.
    expect((await person.api('POST', '/account/email/verify', { token: first })).status).to.equal(204)
    expect((await person.api('POST', '/account/email/verify', { token: second })).body.code).to.equal('invalid_link')
    const late = await person.api('POST', '/account/email/verification')
    expect([late.status, late.body.code]).to.deep.equal([409, 'email_verified'])
  })

  it('E12 is not done by opening anything', async () => {
    const person = await signUp()
    const { text } = await mailTo(person.url, person.email, 'email_verification')
    const link = /^http\S+$/m.exec(text)?.[0] ?? ''
    const token = link.split('#token=')[1] ?? ''
    await fetch(link, { headers: { Accept: 'text/html' } })
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      await fetch(`${person.url}/v1/account/email/verify?token=${token}`, { method })
    }
    expect(await isVerified(person)).to.equal(false)
  })

  it('works once when twenty ask at the same moment', async () => {
    const person = await signUp()
    const token = await verificationOf(person)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        insist(() => person.api('POST', '/account/email/verify', { token }, { 'Idempotency-Key': `${at}` })),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([204, ...Array.from({ length: 19 }, () => 404)])
  })
})

describe('tokens of mails', () => {
  let now = Date.now()
  let server: TestServer
  before(async () => {
    server = await startServer({ now: () => new Date(now) })
  })
  after(() => server.close())

  it('E14 are refused alike whether unknown, used, expired, for something else or of somebody who is gone', async () => {
    const { url } = server
    const [used, expired, gone, moved] = await Promise.all([1, 2, 3, 4].map(() => signUp({ url })))
    if (!used || !expired || !gone || !moved) throw new Error('nobody signed up')
    const tokens = {
      unknown: `rvt_${'x'.repeat(43)}`,
      nonsense: '💥',
      used: await verificationOf(used),
      foreign: await resetOf(used),
      expired: await verificationOf(expired),
      gone: await verificationOf(gone),
      outdated: await verificationOf(moved),
    }
    expect((await verify(used, tokens.used)).status).to.equal(204)
    expect((await gone.api('DELETE', '/account', { password: gone.password })).status).to.equal(204)
    const change = await changeTo(moved, freshAddress())
    expect((await moved.api('POST', '/account/email/verify', { token: change })).status).to.equal(204)
    now += 3 * dayMs
    const caller = await anotherSession(used)
    const answers = await Promise.all(
      Object.values(tokens).map((token) => caller('POST', '/account/email/verify', { token })),
    )
    const [first] = answers
    if (first === undefined) throw new Error('nothing was asked')
    expect([first.status, first.body.code]).to.deep.equal([404, 'invalid_link'])
    for (const answer of answers) expect(seen(answer)).to.deep.equal(seen(first))
    const resets = await Promise.all(Object.values(tokens).map((token) => reset(url, token)))
    for (const answer of resets) expect(seen(answer)).to.deep.equal(seen(first))
  })

  for (const [name, lifetimeMs, issue, use] of [
    ['confirm an address for three days', 3 * dayMs, verificationOf, verify],
    ['change an address for a day', dayMs, (person: Person) => changeTo(person, freshAddress()), verify],
    ['set a password for an hour', 60 * minuteMs, resetOf, ({ url }: Person, token: string) => reset(url, token)],
  ] as const) {
    it(`E14 ${name}, to the moment`, async () => {
      const [intime, late] = [await signUp({ url: server.url }), await signUp({ url: server.url })]
      const tokens = [await issue(intime), await issue(late)]
      now += lifetimeMs - minuteMs
      expect((await use(intime, tokens[0] ?? '')).status).to.equal(204)
      now += minuteMs
      expect((await use(late, tokens[1] ?? '')).status).to.equal(404)
    })
  }

  it('E11 are stored as hashes, and are in no event', async () => {
    const person = await signUp({ url: server.url })
    const tokens = [await verificationOf(person), await resetOf(person), await changeTo(person, freshAddress())]
    const { connection } = server.app
    for (const name of ['accountTokens', 'accounts', 'events', 'mails', 'idempotency']) {
      const stored = JSON.stringify(await connection.collection(name).find().toArray())
      for (const token of tokens) expect(stored.includes(token), name).to.equal(false)
    }
  })
})

describe('changing one’s address', () => {
  it('happens when the token comes back that went to the new one', async () => {
    const organisation = await anOrganisation()
    const member = await confirmed(await organisation.add('developer'))
    const other = await anotherSession(member)
    const live = await connectLive(organisation.admin)
    await live.subscribe(organisation.id)
    const email = freshAddress()
    const token = await changeTo(member, email)
    expect((await member.api('GET', '/account')).body.email).to.equal(member.email)

    const { status, headers } = await member.api('POST', '/account/email/verify', { token })
    expect([status, headers.get('Rolecall-Fenced')]).to.deep.equal([204, 'true'])
    expect((await member.api('GET', '/account')).body).to.deep.equal({ ...member.account, email, emailVerified: true })
    expect((await other('GET', '/account')).status).to.equal(401)
    const account = { id: member.account.id, name: member.account.name }
    const path = `/organisations/${organisation.id}`
    const { body } = await organisation.admin.api('GET', `${path}/members/${member.member}`)
    expect(body.account).to.deep.equal({ ...account, email })
    expect((await organisation.admin.api('GET', `${path}/members?q=${email.split('@')[0]}`)).body.data).to.have.length(
      1,
    )
    const updated = {
      member: { id: member.member, account },
      before: { name: account.name, email: member.email },
      after: { name: account.name, email },
    }
    expect((await logOf(organisation.admin, path)).at(-1)).to.deep.equal(['member.updated', updated])
    const event = await live.until(({ name, body: told }) => name === 'event' && told.type === 'member.updated')
    expect(event.body.data).to.deep.equal(updated)
    expect((await logOf(member)).at(-1)).to.deep.equal([
      'account.email_changed',
      { before: { email: member.email }, after: { email } },
    ])
    expect((await signIn({ ...member, email }, member.password)).status).to.equal(201)
    expect((await signIn(member, member.password)).status).to.equal(401)
  })

  it('is told to the old address, if that was confirmed', async () => {
    const person = await confirmed(await signUp())
    const email = freshAddress()
    await verify(person, await changeTo(person, email))
    const { subject, text } = await mailTo(person.url, person.email, 'email_changed')
    expect(subject).to.equal('Your email address was changed')
    expect(text.replaceAll('\u2060', '')).to.contain(email)
  })

  it('needs the password', async () => {
    const person = await signUp()
    const { status, body } = await person.api('POST', '/account/email', { email: freshAddress(), password: 'a guess' })
    expect([status, body.code]).to.deep.equal([401, 'invalid_credentials'])
  })

  it('E15 does not tell that somebody has the new address: its owner is told', async () => {
    const [person, owner] = [await signUp(), await signUp()]
    const ask = (email: string) => person.api('POST', '/account/email', { email, password: person.password })
    const [taken, free] = [await ask(owner.email), await ask(freshAddress())]
    expect(taken.status).to.equal(free.status)
    expect(Object.keys(taken.body)).to.deep.equal(Object.keys(free.body))
    expect(taken.headers.get('Rolecall-Seq')).to.equal(free.headers.get('Rolecall-Seq'))
    const { text } = await mailTo(person.url, owner.email, 'email_change_taken')
    expect(text).not.to.contain('#token=')
  })

  it('E17 is refused at the end when the address was taken meanwhile', async () => {
    const person = await signUp()
    const email = freshAddress()
    const token = await changeTo(person, email)
    await signUp({ email: email.toUpperCase() })
    const { status, body } = await person.api('POST', '/account/email/verify', { token })
    expect([status, body.code]).to.deep.equal([409, 'email_taken'])
    expect((await person.api('GET', '/account')).body.email).to.equal(person.email)
  })

  it('may be to another spelling of the same address', async () => {
    const person = await signUp()
    const email = person.email.toUpperCase()
    await person.api('POST', '/account/email/verify', { token: await changeTo(person, email) })
    expect((await person.api('GET', '/account')).body).to.include({ email, emailVerified: true })
  })

  it('cannot be finished by who began it when the owner has reset the password', async () => {
    const person = await signUp()
    const token = await changeTo(person, freshAddress())
    expect((await reset(person.url, await resetOf(person))).status).to.equal(204)
    expect((await verify(person, token, 'another horse battery')).body.code).to.equal('invalid_link')
  })

  it('reaches every organisation, also where organisations are joined meanwhile', async () => {
    const person = await signUp()
    const organisations = await Promise.all(Array.from({ length: 4 }, () => anOrganisation()))
    const email = freshAddress()
    const token = await changeTo(person, email)
    const [changed, ...added] = await Promise.all([
      person.api('POST', '/account/email/verify', { token }),
      ...organisations.map(({ admin, id }) =>
        admin.api('POST', `/organisations/${id}/members`, { email: person.email, role: 'manager' }),
      ),
    ])
    expect(changed.status).to.equal(204)
    for (const [index, { admin, id }] of organisations.entries()) {
      if (added[index]?.status !== 201) continue
      const { body } = await admin.api('GET', `/organisations/${id}/members`)
      const emails = body.data.map(({ account }: { account: { email: string } }) => account.email)
      expect(emails).to.have.members([admin.email, email])
    }
  })
})

describe('an address that is not confirmed', () => {
  it('cannot be added in production, and can be once it is', async () => {
    const server = await startServer({ env: { NODE_ENV: 'production' } })
    const organisation = await anOrganisation({ url: server.url })
    const person = await signUp({ url: server.url })
    const add = () =>
      organisation.admin.api('POST', `/organisations/${organisation.id}/members`, {
        email: person.email,
        role: 'developer',
      })
    const refused = await add()
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'email_unverified'])
    await server.app.connection
      .collection('accounts')
      .updateOne({ email: person.email }, { $set: { emailVerified: true } })
    expect((await add()).status).to.equal(201)
    await server.close()
  })
})
