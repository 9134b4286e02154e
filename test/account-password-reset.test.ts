import { expect } from 'chai'
import type { AccessModels } from '../server/src/access/documents.ts'
import type { AccountTokenModels } from '../server/src/accounts/documents.ts'
import {
  anotherSession,
  confirmed,
  freshAddress,
  logOf,
  reset,
  resetOf,
  signIn,
  verificationOf,
  verify,
} from './rig/account.ts'
import { mailTo } from './rig/mailbox.ts'
import { type Answer, apiOf, signUp } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

const newPassword = 'another horse battery'

describe('resetting a password', () => {
  it('sets a new one by the token that was mailed, and ends every session', async () => {
    const person = await signUp()
    const other = await anotherSession(person)
    const { status, headers } = await reset(person.url, await resetOf(person))
    expect([status, headers.get('Rolecall-Fenced')]).to.deep.equal([204, 'true'])
    for (const api of [person.api, other]) expect((await api('GET', '/account')).status).to.equal(401)
    expect((await signIn(person, person.password)).status).to.equal(401)
    const signedIn = await signIn(person, newPassword)
    expect(signedIn.status).to.equal(201)
    const api = apiOf(person.url, signedIn.body.session.accessToken)
    const types = (await logOf({ api })).map(([type]) => type)
    expect(types.slice(-4)).to.deep.equal([
      'session.ended',
      'account.email_verified',
      'account.password_reset',
      'session.started',
    ])
  })

  it('E13 confirms the address, which the mail has reached', async () => {
    const person = await signUp()
    await reset(person.url, await resetOf(person))
    expect((await signIn(person, newPassword)).body.account.emailVerified).to.equal(true)
    expect((await verify(person, await verificationOf(person), newPassword)).body.code).to.equal('invalid_link')
  })

  it('tells the owner', async () => {
    const person = await signUp()
    await reset(person.url, await resetOf(person))
    expect((await mailTo(person.url, person.email, 'password_changed')).subject).to.equal('Your password was changed')
  })

  it('works once: all links of the account are over', async () => {
    const person = await signUp()
    const [first, second] = [await resetOf(person), await resetOf(person)]
    const answers = await Promise.all(Array.from({ length: 4 }, () => reset(person.url, first)))
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([204, 404, 404, 404])
    expect((await reset(person.url, second)).body.code).to.equal('invalid_link')
  })

  it('is over when the password was changed by who knows it', async () => {
    const person = await signUp()
    const token = await resetOf(person)
    const changed = await person.api('POST', '/account/password', { password: person.password, newPassword })
    expect(changed.status).to.equal(204)
    expect((await reset(person.url, token)).body.code).to.equal('invalid_link')
  })

  it('refuses a password that is too short, and leaves the link as it was', async () => {
    const person = await signUp()
    const token = await resetOf(person)
    expect((await reset(person.url, token, 'short')).body.code).to.equal('invalid_request')
    expect((await reset(person.url, token)).status).to.equal(204)
  })

  it('goes to the address as the account has it, not as somebody has spelled it', async () => {
    const person = await signUp()
    await apiOf(person.url)('POST', '/password-resets', { email: person.email.replace('p', 'ｐ').toUpperCase() })
    expect((await mailTo(person.url, person.email, 'password_reset')).token).to.match(/^rpt_/)
  })

  it('E15 answers alike whether or not there is an account', async () => {
    const { email, url } = await signUp()
    const ask = (address: string) => apiOf(url)('POST', '/password-resets', { email: address })
    const [known, unknown] = [await ask(email), await ask(freshAddress())]
    expect([known.status, known.text]).to.deep.equal([202, '{}'])
    expect(bare(known)).to.deep.equal(bare(unknown))
  })

  it('E15 takes as long: before the answer nobody looks whether there is an account', async () => {
    const { requestReset } = await import('../server/src/accounts/password-reset.ts')
    const { app } = await sharedServer()
    const untouched = new Proxy({} as AccessModels & AccountTokenModels, {
      get() {
        throw new Error('something was looked up')
      },
    })
    const queued: string[] = []
    const mails = {
      queue: async (_: unknown, { to }: { to: string }) => {
        queued.push(to)
        return true
      },
    }
    const parts = { models: untouched, log: app.log, mails, now: () => new Date() }
    const call = { params: {}, query: undefined, permission: 'anyone', principal: undefined } as const
    const client = { address: '', userAgent: '', refreshCookie: undefined }
    const more = { idempotency: undefined, dryRun: false, format: undefined, client } as const
    const { email } = await signUp()
    for (const address of [email, freshAddress()]) {
      expect(await requestReset(parts, { ...call, ...more, body: { email: address } })).to.deep.equal({ body: {} })
      expect(queued.at(-1)).to.equal(address)
    }
  })
})

describe('a changed password', () => {
  it('is told to an address that is confirmed, and to no other', async () => {
    const [known, stranger] = [await confirmed(await signUp()), await signUp()]
    for (const person of [stranger, known]) {
      const body = { password: person.password, newPassword }
      expect((await person.api('POST', '/account/password', body)).status).to.equal(204)
    }
    await mailTo(known.url, known.email, 'password_changed')
    const { data } = (await (
      await fetch(`${known.url}/dev/mail`, { headers: { Accept: 'application/json' } })
    ).json()) as {
      data: { to: string; kind: string }[]
    }
    expect(data.filter(({ to, kind }) => to === stranger.email && kind === 'password_changed')).to.deep.equal([])
  })
})

/** An answer without what differs between any two. */
function bare({ status, text, headers }: Answer) {
  const own = new Set(['date', 'x-request-id'])
  return { status, text, headers: [...headers].filter(([name]) => !own.has(name)) }
}
