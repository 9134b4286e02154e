import { matchesType } from '@rolecall/contract'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Answer, type Person, unique } from './rig/people.ts'
import type { ReceivedPost } from './rig/receiver.ts'
import { eventOf, seqsOf, untilSome } from './rig/sending.ts'
import { untilNone } from './rig/until-none.ts'
import { aHistory, type History, peopleCount } from './rig/webhook-history.ts'
import {
  aCrew,
  arrange,
  aSteppedServer,
  happen,
  heard,
  type SteppedServer,
  take,
  type World,
} from './rig/webhook-world.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const enoughMs = 60_000
/** However busy the machine is. */
const least = 5

/** What decides on an endpoint’s share of the log. */
interface Standing {
  readonly owner: string
  /** What active members hold, by their accounts. */
  readonly held: ReadonlyMap<string, ReadonlySet<string>>
  readonly types: readonly string[]
  readonly isPaused: boolean
}

interface Step {
  /** The server’s time, all through the step. */
  readonly at: number
  /** Of its last change: what is sent of this position and later is sent after it. */
  readonly seq: number
  readonly before: Standing
  readonly after: Standing
}

type Event = Answer['body']

async function standingOf({ acme, path, webhook }: World): Promise<Standing> {
  const paths = [`${path}/members?limit=200`, `${path}/roles`, webhook.path]
  const [members, roles, shown] = await Promise.all(paths.map(async (one) => (await acme.admin.api('GET', one)).body))
  const permits = new Map<string, string[]>(roles.data.map(({ id, permissions }: Event) => [id, permissions]))
  const active = members.data.filter(({ status }: Event) => status === 'active')
  return {
    owner: shown.owner.id,
    held: new Map(active.map(({ account, role }: Event) => [account.id, new Set(permits.get(role))])),
    types: shown.types,
    isPaused: shown.stopped?.reason === 'by_member',
  }
}

/** What may have been the case when an event was sent or passed by in a step: of two changes, either may be the first. */
function standingsIn({ seq, before, after }: Step, event: Event): readonly Standing[] {
  if (event.seq >= seq) return [after]
  const both = [before, after]
  return both.flatMap(({ owner }) =>
    both.flatMap(({ held }) =>
      both.flatMap(({ types }) => both.map(({ isPaused }) => ({ owner, held, types, isPaused }))),
    ),
  )
}

function verdict({ owner, held, types, isPaused }: Standing, event: Event, isAskedFor: boolean, webhook: string) {
  const own = held.get(owner)
  if (isPaused || !own?.has('webhook:manage')) return 'rests'
  if (!own.has(event.audience)) return 'hidden'
  const isWanted = event.type === 'webhook.tested' ? event.data.webhook.id === webhook : matchesType(types, event.type)
  return isWanted || isAskedFor ? 'sent' : 'unwanted'
}

async function readLog({ acme, path }: World): Promise<readonly Event[]> {
  const all: Event[] = []
  let query = ''
  for (;;) {
    const { body } = await acme.admin.api('GET', `${path}/events?limit=200${query}`)
    all.push(...body.data)
    if (body.next === undefined) return all
    query = `&after=${body.next}`
  }
}

/** Where nobody knows whether it was made, it may be the last of all. */
function seqOf(answer: Answer | undefined): number {
  if (answer === undefined || (answer.status >= 400 && answer.status < 500)) return 0
  return Number(answer.headers.get('Rolecall-Seq') ?? Number.POSITIVE_INFINITY)
}

interface Steps {
  readonly taken: readonly Step[]
  /** As it is after the last one. */
  standing(): Standing
  /** At a time of its own: seconds later is the next one’s. */
  step(make: () => Promise<readonly (Answer | undefined)[]>, seconds?: number): Promise<void>
}

async function stepsIn({ now, pass }: SteppedServer, world: World): Promise<Steps> {
  const taken: Step[] = []
  let standing = await standingOf(world)
  taken.push({ at: now(), seq: 0, before: standing, after: standing })
  pass(1)
  return {
    taken,
    standing: () => standing,
    async step(make, seconds = 1) {
      const answers = await make()
      await heard(world)
      const after = await standingOf(world)
      taken.push({ at: now(), seq: Math.max(0, ...answers.map(seqOf)), before: standing, after })
      standing = after
      pass(seconds)
    },
  }
}

/** Nothing is under way any more, and all that came of it is written down. */
async function atRest({ server }: SteppedServer, { webhook }: World): Promise<void> {
  const isLeft = { _id: webhook.id, lease: { $exists: false } }
  // To open a change stream takes a second where nothing happens.
  const cursors = server.app.connection.collection<{ _id: string; lease?: object }>('webhookCursors')
  if ((await cursors.countDocuments(isLeft)) > 0) return
  await untilSome(server, 'webhookCursors', isLeft)
}

async function untilTried({ server }: SteppedServer, { webhook }: World): Promise<void> {
  const deliveries = server.app.connection.collection('webhookDeliveries')
  const waiting = { webhook: webhook.id, status: 'retrying' }
  if ((await deliveries.countDocuments(waiting)) > 0) await untilNone(deliveries, waiting)
}

async function done(asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked
  expect(answer.status, answer.text).to.be.within(200, 299)
  return answer
}

/** Lets the heir come to own it and all be taken that is left. Answers with the last position that they get. */
async function settle(stepped: SteppedServer, world: World, step: Steps['step'], heir: number): Promise<number> {
  const { acme, path, people, members, webhook, receiver } = world
  const { api } = people[heir] ?? acme.admin
  const choose = (chosen: object) => step(async () => [await done(api('PATCH', webhook.path, chosen))])
  await step(async () => {
    receiver.turn('takes')
    if (heir === peopleCount) return []
    const newcomer = { email: people[heir]?.email, role: 'manager' }
    const { status, body } = await acme.admin.api('POST', `${path}/members`, newcomer)
    if (status === 201) members[heir] = body.id
    await acme.admin.api('POST', `${path}/members/${members[heir]}/resume`)
    return [await done(acme.admin.api('PATCH', `${path}/members/${members[heir]}`, { role: 'manager' }))]
  })
  await step(async () => [await done(api('POST', `${webhook.path}/adopt`))])
  await choose({ enabled: false })
  await atRest(stepped, world)
  await choose({ enabled: true, types: ['*'] })
  const { headers } = await done(acme.admin.api('PATCH', path, { description: unique('Last') }))
  const last = Number(headers.get('Rolecall-Seq'))
  await receiver.until((taken) => seqsOf(taken).includes(last))
  await untilTried(stepped, world)
  await choose({ enabled: false })
  await atRest(stepped, world)
  return last
}

const sentAt = ({ headers }: ReceivedPost): number => Number(headers['webhook-timestamp']) * 1_000

function timesOf(all: readonly number[]): ReadonlyMap<number, number> {
  const times = new Map<number, number>()
  for (const one of all) times.set(one, (times.get(one) ?? 0) + 1)
  return times
}

async function check({ server }: SteppedServer, world: World, steps: readonly Step[], last: number): Promise<void> {
  const { webhook, receiver, askedFor } = world
  const log = await readLog(world)
  const bySeq = new Map(log.map((event) => [event.seq, event]))
  const replays = log.filter(({ type }) => type === 'webhook.replayed').map(({ data }) => data)
  const wasAskedFor = (seq: number) => askedFor.includes(seq) || replays.some(({ exhausted }) => exhausted)
  const verdicts = (step: Step, event: Event, isAskedFor: boolean) =>
    standingsIn(step, event).map((one) => verdict(one, event, isAskedFor, webhook.id))

  for (const post of receiver.received) {
    const event = bySeq.get(eventOf(post).seq)
    const step = steps.find(({ at }) => at === sentAt(post)) ?? expect.fail('a post of no step')
    expect(verdicts(step, event, wasAskedFor(event.seq)), `${event.type} ${event.seq} at ${step.at}`).to.include('sent')
    expect(JSON.parse(post.body)).to.deep.equal(event)
  }

  const takenTimes = timesOf(seqsOf(receiver.taken))
  const created = log.findIndex(({ type }) => type === 'webhook.created')
  const deliveries = server.app.connection.collection('webhookDeliveries')
  const given = await deliveries.find({ webhook: webhook.id, status: 'exhausted' }).toArray()
  const givenUp = new Set(given.map(({ seq }) => seq))
  for (const event of log.slice(created + 1, last)) {
    const since = steps.filter(({ at }) => at >= Date.parse(event.at))
    const passedBy = since
      .flatMap((step) => verdicts(step, event, false))
      .filter((one) => one === 'hidden' || one === 'unwanted')
    const times = takenTimes.get(event.seq) ?? 0
    const told = `${event.type} ${event.seq}`
    if (passedBy.length === 0 && event.audience !== 'self' && !givenUp.has(event.seq)) {
      expect(times, `${told} is lost`).to.be.at.least(1)
    }
    const again =
      askedFor.filter((seq) => seq === event.seq).length + replays.filter(({ from }) => event.seq > from).length
    expect(times, `${told} came too often`).to.be.at.most(1 + again)
  }
}

async function hold(stepped: SteppedServer, crew: readonly Person[], history: History): Promise<void> {
  const world = await arrange(crew, history)
  const { taken, standing, step } = await stepsIn(stepped, world)
  for (const { actions, beside, passes } of history.steps) {
    await step(async () => {
      const { owner } = standing()
      const happening = beside.map((kind) => happen(world, kind))
      const answers = await Promise.all(actions.map((action) => take(world, action, owner)))
      await Promise.all(happening)
      return answers
    }, passes)
  }
  const last = await settle(stepped, world, step, history.heir)
  await check(stepped, world, taken, last)
}

describe('an endpoint, whatever becomes of its owner', () => {
  it('E43 gets what its owner may see at that time, all of it, and nothing else', async function () {
    this.timeout(isLong ? 3_600_000 : 600_000)
    const stepped = await aSteppedServer()
    let crew = await aCrew(stepped)
    let runs = 0
    const began = performance.now()
    await fc.assert(
      fc.asyncProperty(aHistory, async (history) => {
        // A busy machine takes fewer.
        if (!isLong && runs >= least && performance.now() - began > enoughMs) return
        runs += 1
        // A person may be in so many organisations, and no more.
        if (runs % 25 === 0) crew = await aCrew(stepped)
        await hold(stepped, crew, history)
      }),
      { numRuns: isLong ? 500 : 25, endOnFailure: true },
    )
    console.log(`      ${runs} histories`)
  })
})
