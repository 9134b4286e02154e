import { expect } from 'chai'
import { anApplication } from './rig/applications.ts'
import { aFolder, git, needsGit, newToken, remoteOf } from './rig/git.ts'
import { mailTo } from './rig/mailbox.ts'
import { type Answer, anOrganisation, apiOf, type Person, signUp } from './rig/people.ts'
import { sharedServer, startServer } from './rig/server.ts'
import { loggedLines } from './rig/server-log.ts'

const told = ({ status, body }: Answer) => [status, body?.code]

describe('a token for git', () => {
  it('is shown once, and kept as a hash', async () => {
    const person = await signUp()
    const key = { 'Idempotency-Key': 'once' }
    const made = await person.api('POST', '/account/tokens', { name: ' Laptop ', expiresInDays: 7 }, key)
    const { token, ...shown } = made.body
    expect([made.status, shown.name]).to.deep.equal([201, 'Laptop'])
    expect(token).to.match(/^rat_[0-9a-f]{56}$/)
    const weekMs = 7 * 24 * 60 * 60 * 1_000
    expect(Date.parse(shown.expiresAt) - Date.parse(shown.createdAt)).to.equal(weekMs)
    const again = await person.api('POST', '/account/tokens', { name: ' Laptop ', expiresInDays: 7 }, key)
    expect([again.headers.get('Idempotency-Replayed'), again.body]).to.deep.equal(['true', shown])
    const listed = await person.api('GET', '/account/tokens')
    expect(listed.body).to.deep.equal({ data: [shown] })
    expect((await person.api('GET', '/account/export')).body.tokens).to.deep.equal([shown])
    const events = await person.api('GET', '/account/events?type=token.created')
    expect(events.body.data[0].data).to.deep.equal({
      token: { id: shown.id, name: 'Laptop', expiresAt: shown.expiresAt },
    })
    const { app } = await sharedServer()
    const kept = await app.connection.collection<{ _id: string }>('accessTokens').findOne({ _id: shown.id })
    expect(JSON.stringify(kept)).not.to.include(token)
    for (const { text } of [listed, events]) expect(text).not.to.include(token)
    expect(JSON.stringify(loggedLines())).not.to.include(token)
  })

  it('is one’s own: nobody else lists or revokes it', async () => {
    const [person, other] = [await signUp(), await signUp()]
    const { id } = await newToken(person)
    expect((await other.api('GET', '/account/tokens')).body).to.deep.equal({ data: [] })
    expect(told(await other.api('DELETE', `/account/tokens/${id}`))).to.deep.equal([404, 'not_found'])
    expect((await person.api('DELETE', `/account/tokens/${id}`)).status).to.equal(204)
    expect(told(await person.api('DELETE', `/account/tokens/${id}`))).to.deep.equal([404, 'not_found'])
  })

  it('is one of fifty at most', async () => {
    const person = await signUp()
    for (let count = 0; count < 50; count += 1) await newToken(person)
    const more = await person.api('POST', '/account/tokens', { name: 'One more' })
    expect(told(more)).to.deep.equal([409, 'token_limit'])
  })

  it('is no access token, and opens nothing of the API', async () => {
    const person = await signUp()
    const { token } = await newToken(person)
    const answer = await fetch(`${person.url}/v1/account`, { headers: { Authorization: `Bearer ${token}` } })
    expect(answer.status).to.equal(401)
  })

  const ends: Record<string, (person: Person) => Promise<Answer>> = {
    'the password is changed': (person) =>
      person.api('POST', '/account/password', { password: person.password, newPassword: 'another horse battery' }),
    'the password is reset': async (person) => {
      await person.api('POST', '/password-resets', { email: person.email })
      const { token } = await mailTo(person.url, person.email, 'password_reset')
      return person.api('POST', '/password-resets/confirm', { token, newPassword: 'another horse battery' })
    },
    'the address is confirmed': async (person) => {
      const { token } = await mailTo(person.url, person.email, 'email_verification')
      return person.api('POST', '/account/email/verify', { token })
    },
    'everything is signed out': (person) => person.api('DELETE', '/sessions'),
    'the account is deleted': (person) => person.api('DELETE', '/account', { password: person.password }),
  }
  for (const [what, end] of Object.entries(ends)) {
    it(`is revoked as ${what}`, async () => {
      const person = await signUp()
      const { id } = await newToken(person)
      expect((await end(person)).status).to.equal(204)
      const { app } = await sharedServer()
      const kept = await app.connection.collection<{ _id: string }>('accessTokens').findOne({ _id: id })
      expect(kept).to.equal(null)
    })
  }

  it('needs the password once more where the session is older than an hour, since it outlives it', async () => {
    let now = new Date()
    const server = await startServer({ now: () => now })
    const person = await signUp({ url: server.url })
    await newToken(person)
    now = new Date(now.getTime() + 60 * 60 * 1_000 + 1)
    const { refreshToken } = person.session
    const refreshed = await apiOf(server.url)('POST', '/sessions/refresh', { refreshToken })
    const api = apiOf(server.url, refreshed.body.session.accessToken)
    const again = (body: object = {}) => api('POST', '/account/tokens', { name: 'Laptop', ...body })
    expect(told(await again())).to.deep.equal([403, 'password_needed'])
    expect(told(await again({ password: 'another horse battery' }))).to.deep.equal([401, 'invalid_credentials'])
    expect((await again({ password: person.password })).status).to.equal(201)
    const { email, password } = person
    const { body } = await apiOf(server.url)('POST', '/sessions', { email, password })
    const fresh = await apiOf(server.url, body.session.accessToken)('POST', '/account/tokens', { name: 'Laptop' })
    expect(fresh.status).to.equal(201)
    await server.close()
  })

  it('ends with its time, by the server’s clock, and says when it was used last', async function () {
    needsGit(this)
    let now = new Date()
    const server = await startServer({ now: () => now })
    const acme = await anOrganisation({ url: server.url })
    const { admin } = acme
    const { id } = await anApplication(acme)
    const { token } = await newToken(admin)
    const reads = async () => (await git(await aFolder(), 'ls-remote', remoteOf(admin, acme.id, id, token))).code === 0
    const lastUse = async () => (await admin.api('GET', '/account/tokens')).body.data[0].lastUsedAt
    expect(await lastUse()).to.equal(undefined)
    expect(await reads()).to.equal(true)
    expect(await lastUse()).to.equal(now.toISOString())
    now = new Date(now.getTime() + 90 * 24 * 60 * 60 * 1_000 - 1)
    expect(await reads()).to.equal(true)
    now = new Date(now.getTime() + 1)
    expect(await reads()).to.equal(false)
    await server.close()
  })
})
