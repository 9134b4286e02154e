/** The first start: creates an endpoint that leads here, and reads the state from which the events go on. */
import { randomUUID } from 'node:crypto'
import { Rolecall } from '@rolecall/sdk'
import type { Folded } from './fold.ts'
import type { Kept } from './kept.ts'

export interface Beginning {
  readonly rolecallUrl: string
  /** Where the server reaches this receiver. */
  readonly url: string
  /** Who may manage webhooks and see the members; undefined: somebody new, with an organisation of their own. */
  readonly person: { readonly email: string; readonly password: string } | undefined
  /** Undefined: this person’s newest one. */
  readonly organisation: string | undefined
}

export async function begin({ rolecallUrl, url, person, organisation: wanted }: Beginning): Promise<Kept> {
  const rolecall = new Rolecall({ baseUrl: rolecallUrl, retries: 1 })
  try {
    if (person !== undefined) await rolecall.sessions.create(person)
    const organisation =
      person === undefined ? await found(rolecall, rolecallUrl) : (wanted ?? (await newest(rolecall)))
    // First the endpoint, then the state: whatever happens in between is in the state, or comes, or both.
    const { secret } = await rolecall.webhooks.create({
      organisation,
      url,
      description: 'The example of a webhook receiver',
      ordered: true,
    })
    if (secret === undefined) throw new Error('The secret was shown before; delete the endpoint and begin anew.')
    return { secret, state: await read(rolecall, organisation) }
  } finally {
    rolecall.close()
  }
}

/** As of its `position`, or later: the events between come once more and end at the same. */
async function read(rolecall: Rolecall, organisation: string): Promise<Folded> {
  const pages = rolecall.members.list({ organisation, limit: 200 })
  const { seq: position } = await pages
  if (position === undefined) throw new Error('The server did not say as of when its list is.')
  const members = []
  for await (const member of pages) members.push(member)
  const { id, name, description, developersSeeMembers } = await rolecall.organisations.read({ organisation })
  const { data: roles } = await rolecall.roles.list({ organisation })
  return {
    position,
    organisation: { id, name, description, developersSeeMembers },
    members: Object.fromEntries(members.map((member) => [member.id, member])),
    roles: Object.fromEntries(roles.map((role) => [role.id, role])),
  }
}

/** Signs somebody up who founds an organisation. */
async function found(rolecall: Rolecall, rolecallUrl: string): Promise<string> {
  // Names of organisations and addresses of people are unique: this may be done many times on one server.
  const run = randomUUID().slice(0, 8)
  const [email, password] = [`ada-${run}@example.com`, randomUUID()]
  await rolecall.accounts.create({ name: 'Ada Lovelace', email, password })
  const { id, name } = await rolecall.organisations.create({ name: `Analytical Engines ${run}` })
  console.log(`Sign in at ${rolecallUrl} as ${email} with the password ${password}, and change something in ${name}.`)
  return id
}

/** Of the first page, to which most people’s organisations belong. */
async function newest(rolecall: Rolecall): Promise<string> {
  const { data } = await rolecall.organisations.list()
  const organisation = data.at(-1)
  if (organisation === undefined) throw new Error('This person is in no organisation.')
  return organisation.id
}
