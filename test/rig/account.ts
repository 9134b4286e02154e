import { expect } from 'chai'
import { mailTo } from './mailbox.ts'
import { type Answer, apiOf, type Person, unique } from './people.ts'

export const freshAddress = () => `${unique('somebody').replace(' ', '-')}@example.com`

/** The token of the mail that confirms a person's address. */
export async function verificationOf({ url, email }: Pick<Person, 'url' | 'email'>): Promise<string> {
  return (await mailTo(url, email, 'email_verification')).token
}

/** Confirms in a session of its own, as somebody does who has opened the mail elsewhere; all others end. */
export async function verify(person: Person, token: string, password = person.password): Promise<Answer> {
  const api = await anotherSession(person, password)
  return api('POST', '/account/email/verify', { token })
}

/** A person whose address is confirmed; their own session stays. */
export async function confirmed<Who extends Person>(person: Who): Promise<Who> {
  const token = await verificationOf(person)
  expect((await person.api('POST', '/account/email/verify', { token })).status).to.equal(204)
  return person
}

/** Asks for another address, and answers the token that was mailed there. */
export async function changeTo(person: Person, email: string): Promise<string> {
  const asked = await person.api('POST', '/account/email', { email, password: person.password })
  expect([asked.status, asked.body]).to.deep.equal([202, { email }])
  return (await mailTo(person.url, email, 'email_change')).token
}

/** Asks for a password reset, and answers the token that was mailed. */
export async function resetOf({ url, email }: Pick<Person, 'url' | 'email'>): Promise<string> {
  expect((await apiOf(url)('POST', '/password-resets', { email })).status).to.equal(202)
  return (await mailTo(url, email, 'password_reset')).token
}

export const reset = (url: string, token: string, newPassword = 'another horse battery'): Promise<Answer> =>
  apiOf(url)('POST', '/password-resets/confirm', { token, newPassword })

export const signIn = ({ url, email }: Pick<Person, 'url' | 'email'>, password: string): Promise<Answer> =>
  apiOf(url)('POST', '/sessions', { email, password })

/** Another session of a person, as calls with its token. */
export async function anotherSession(person: Person, password = person.password) {
  const { body } = await signIn(person, password)
  return apiOf(person.url, body.session.accessToken)
}

/** What a log shows, as pairs of type and data. */
export async function logOf({ api }: Pick<Person, 'api'>, path = '/account'): Promise<[string, unknown][]> {
  const { body } = await api('GET', `${path}/events?limit=200`)
  return body.data.map(({ type, data }: { type: string; data: unknown }) => [type, data])
}
