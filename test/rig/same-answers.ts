/** What an installation answers, for comparing what it answers after it was moved. */
import { apiOf, type Person } from './people.ts'

/** What is read of an organisation, by whoever may. */
const ofOrganisation = [
  '',
  '/permissions',
  '/members?limit=200',
  '/members?limit=50&include=invitations',
  '/roles',
  '/invitations',
  '/applications',
  '/billing',
  '/invoices',
  '/webhooks',
  '/events?limit=200',
  '/events?order=desc&limit=100',
  '/events/verify',
]
const ofPerson = ['/account', '/account/events', '/account/invitations', '/account/tokens', '/organisations']

/** Each answer as it was sent, by who asked for what. */
export type Answers = Readonly<Record<string, string>>

/** Asks a server for everything, as each of these people, with the sessions that they have. Lists are read to their end. */
export async function answersOf(
  url: string,
  people: readonly Pick<Person, 'email' | 'session'>[],
  organisations: readonly string[],
): Promise<Answers> {
  const answers: Record<string, string> = {}
  for (const { email, session } of people) {
    const api = apiOf(url, session.accessToken)
    const ask = async (path: string): Promise<void> => {
      const { status, text, body } = await api('GET', path)
      answers[`${email} ${path}`] = `${status} ${text}`
      const next: unknown = body?.next
      if (typeof next !== 'string') return
      await ask(
        `${path.replace(/[?&]after=[^&]*/, '')}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(next)}`,
      )
    }
    for (const path of ofPerson) await ask(path)
    for (const id of organisations) for (const path of ofOrganisation) await ask(`/organisations/${id}${path}`)
  }
  const keys = await fetch(`${url}/.well-known/jwks.json`)
  return { ...answers, jwks: await keys.text() }
}

/** What differs, as lines that can be read. */
export function differences(one: Answers, other: Answers): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((key) => one[key] !== other[key])
    .map((key) => `${key}\n  ${one[key]?.slice(0, 300)}\n  ${other[key]?.slice(0, 300)}`)
}
