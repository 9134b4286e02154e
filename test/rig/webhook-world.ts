/** An organisation with one endpoint, in which the steps of a random history are taken. */
import { builtInRoleIds } from '@rolecall/contract'
import { expect } from 'chai'
import { apiKeysOf } from './api-keys.ts'
import { applicationsOf } from './applications.ts'
import { invoicesOf } from './billing.ts'
import { insist } from './insist.ts'
import { aMoodyReceiver, type MoodyReceiver } from './moody-receiver.ts'
import { type Answer, anOrganisation, apiOf, type Person, signUp, type TestOrganisation, unique } from './people.ts'
import type { SteppedServer } from './stepped-server.ts'
import { type Action, type Change, type History, type Kind, peopleCount } from './webhook-history.ts'
import { made } from './webhooks.ts'

/** With calls of whichever server is there, that outlast a session’s tokens, and a busy machine. */
function lasting(stepped: SteppedServer, someone: Person): Person {
  const { email, password } = someone
  let token = someone.session.accessToken
  return {
    ...someone,
    async api(...request) {
      const send = () => insist(() => apiOf(stepped.server.url, token)(...request))
      const answer = await send()
      if (answer.status !== 401) return answer
      const { body } = await insist(() => apiOf(stepped.server.url)('POST', '/sessions', { email, password }))
      token = body.session.accessToken
      return send()
    },
  }
}

/** Those who may come to own an endpoint, and one more. */
export async function aCrew(stepped: SteppedServer): Promise<readonly Person[]> {
  const { url } = stepped.server
  const everybody = await Promise.all(Array.from({ length: peopleCount + 1 }, () => signUp({ url })))
  return everybody.map((person) => lasting(stepped, person))
}

export interface World {
  readonly acme: TestOrganisation
  readonly path: string
  /** Who may own the endpoint, the Admin last; what each is as a member. */
  readonly people: readonly Person[]
  readonly members: string[]
  /** Somebody who gets one role after the other, and owns nothing. */
  readonly other: string
  readonly roles: string[]
  /** Nobody holds it. */
  readonly idleRole: string
  readonly webhook: { readonly id: string; readonly path: string }
  readonly receiver: MoodyReceiver
  /** Positions of events that somebody has asked for once more, each as often as that. */
  readonly askedFor: number[]
}

async function compose({ admin, id }: TestOrganisation, permissions: readonly string[]): Promise<string> {
  const { status, text, body } = await admin.api('POST', `/organisations/${id}/roles`, {
    name: unique('Role'),
    permissions,
  })
  expect(status, text).to.equal(201)
  return body.id
}

export async function arrange(
  stepped: SteppedServer,
  crew: readonly Person[],
  { compositions, chosen, mood }: History,
): Promise<World> {
  const founded = await anOrganisation({ url: stepped.server.url })
  const acme = { ...founded, admin: lasting(stepped, founded.admin) }
  const path = `/organisations/${acme.id}`
  const members: string[] = []
  for (const [index, { email }] of crew.entries()) {
    // Whoever owns it at first has much to lose.
    const role = index === 0 ? 'admin' : 'manager'
    members.push((await acme.admin.api('POST', `${path}/members`, { email, role })).body.id)
  }
  const roles: string[] = [...builtInRoleIds]
  for (const permissions of compositions) roles.push(await compose(acme, permissions))
  const receiver = await aMoodyReceiver(mood)
  const people = [...crew.slice(0, peopleCount), acme.admin]
  const webhook = await made(acme, { by: people[0] ?? acme.admin, url: receiver.url, ...chosen })
  const other = members.pop() ?? expect.fail()
  return {
    acme,
    path,
    people,
    members,
    other,
    roles,
    idleRole: await compose(acme, []),
    webhook,
    receiver,
    askedFor: [],
  }
}

/** Something that only those see who hold what it takes. Nothing, while the organisation is away. */
export async function happen({ acme, path, other }: World, kind: Kind): Promise<void> {
  const { api } = acme.admin
  switch (kind) {
    case 'organisation':
      return void (await api('PATCH', path, { description: unique('Described') }))
    case 'member':
      for (const role of ['developer', 'manager']) await api('PATCH', `${path}/members/${other}`, { role })
      return
    case 'application':
      return void (await api('POST', applicationsOf(acme), { name: unique('Application') }))
    case 'invoice':
      return void (await api('POST', invoicesOf(acme), { lines: [{ description: 'Hosting', unitPriceMinor: 4_900 }] }))
    case 'api key':
      return void (await api('POST', apiKeysOf(acme), { name: 'Deployments', role: 'developer' }))
    case 'own permissions': {
      const permissions = [{ name: 'report:read', description: unique('Report'), roles: ['manager'] }]
      return void (await api('PUT', `${path}/own-permissions`, { permissions }))
    }
  }
}

/** Answers as what was done last. Whatever is refused changes nothing, and is no matter. */
export async function take(world: World, action: Action, owner: string): Promise<Answer | undefined> {
  const { acme, path, people, members, roles, webhook, receiver, askedFor } = world
  const { api } = acme.admin
  const by = 'by' in action ? (people[action.by] ?? acme.admin) : acme.admin
  const who = 'person' in action ? placeOf(world, action.person, owner) : 0
  const member = `${path}/members/${members[who]}`
  const custom = 'place' in action ? builtInRoleIds.length + action.place : 0
  switch (action.do) {
    case 'give':
      return api('PATCH', member, { role: roles[action.role] })
    case 'exchange': {
      const changes = action.roles.map((role, index) => ({ member: members[index], role: roles[role] }))
      return api('POST', `${path}/members/batch`, { changes })
    }
    case 'suspend':
    case 'resume':
      return api('POST', `${member}/${action.do}`)
    case 'remove':
      return api('DELETE', member)
    case 'add': {
      const added = await api('POST', `${path}/members`, { email: people[who]?.email, role: roles[action.role] })
      if (added.status === 201) members[who] = added.body.id
      return added
    }
    case 'compose':
      return api('PATCH', `${path}/roles/${roles[custom]}`, { permissions: action.permissions })
    case 'dissolve': {
      const dissolved = await api('DELETE', `${path}/roles/${roles[custom]}?replacement=${roles[action.replacement]}`)
      if (dissolved.status === 204) roles[custom] = await compose(acme, ['webhook:manage'])
      return dissolved
    }
    case 'delete and restore':
      await api('DELETE', path)
      return api('POST', `${path}/restore`)
    case 'adopt':
      return by.api('POST', `${webhook.path}/adopt`)
    case 'pause':
    case 'go on':
      return by.api('PATCH', webhook.path, { enabled: action.do === 'go on' })
    case 'choose':
      return api('PATCH', webhook.path, action.chosen)
    case 'move':
      return by.api('PATCH', webhook.path, { url: `${receiver.url}/${unique('here').replace(' ', '/')}` })
    case 'rotate':
      return by.api('POST', `${webhook.path}/rotate-secret`, {})
    case 'test':
      return by.api('POST', `${webhook.path}/test`)
    case 'replay': {
      const { body } = await api('GET', `${path}/events?limit=200`)
      const events = body.data ?? []
      const after = events[Math.floor((action.share / 101) * events.length)]?.cursor
      return api('POST', `${webhook.path}/replay`, { after, exhausted: action.exhausted })
    }
    case 'redeliver': {
      const { body } = await api('GET', `${webhook.path}/deliveries?limit=200`)
      const deliveries = body.data ?? []
      const delivery = deliveries[action.index % Math.max(deliveries.length, 1)]
      if (delivery === undefined) return undefined
      askedFor.push(delivery.event.seq)
      return api('POST', `${webhook.path}/deliveries/${delivery.id}/redeliver`)
    }
    case 'turn':
      receiver.turn(action.mood)
      return undefined
  }
}

function placeOf({ people }: World, person: 'owner' | number, owner: string): number {
  if (person !== 'owner') return person
  const place = people.findIndex(({ account }) => account.id === owner)
  // Nobody takes anything from the Admin.
  return place === peopleCount ? 0 : place
}

/** Resolves once the server has heard of all that was answered before: nobody holds the role that is changed for it. */
export async function heard({ acme, path, idleRole }: World): Promise<void> {
  const { status, text } = await acme.admin.api('PATCH', `${path}/roles/${idleRole}`, { description: unique('Heard') })
  expect(status, text).to.equal(200)
}

/** Another server goes on. Answers how many posts were under way. */
export async function succeed(stepped: SteppedServer, world: World, { looks }: Change): Promise<number> {
  const { receiver } = world
  for (let look = 0; look < looks && receiver.held() === 0; look += 1) await heard(world)
  const count = receiver.held()
  await stepped.succeed()
  return count
}
