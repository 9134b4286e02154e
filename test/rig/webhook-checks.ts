/** Holds what an endpoint got in a history against what its owner held then, and against what was chosen of it. */
import { matchesType } from '@rolecall/contract'
import { expect } from 'chai'
import type { DeliveryDocument } from '../../server/src/webhooks/documents.ts'
import { maxTries } from '../../server/src/webhooks/schedule.ts'
import type { Answer } from './people.ts'
import type { ReceivedPost } from './receiver.ts'
import { eventOf, seqsOf } from './sending.ts'
import type { SteppedServer } from './stepped-server.ts'
import type { World } from './webhook-world.ts'

/** What decides on an endpoint’s share of the log. */
export interface Standing {
  readonly owner: string
  /** What active members hold, by their accounts. */
  readonly held: ReadonlyMap<string, ReadonlySet<string>>
  readonly types: readonly string[]
  readonly isPaused: boolean
  readonly isOrdered: boolean
}

export interface Step {
  /** The server’s time, all through the step. */
  readonly at: number
  /** Of its last change: what is sent of this position and later is sent after it. */
  readonly seq: number
  readonly before: Standing
  readonly after: Standing
  /** What was under way in it may have been broken off, and was sent again then. */
  readonly breaksOff: boolean
}

type Event = Answer['body']
type Delivery = Pick<DeliveryDocument, 'seq' | 'status' | 'attempts' | 'log'>

export async function standingOf({ acme, path, webhook }: World): Promise<Standing> {
  const paths = [`${path}/members?limit=200`, `${path}/roles`, webhook.path]
  const [members, roles, shown] = await Promise.all(paths.map(async (one) => (await acme.admin.api('GET', one)).body))
  const permits = new Map<string, string[]>(roles.data.map(({ id, permissions }: Event) => [id, permissions]))
  const active = members.data.filter(({ status }: Event) => status === 'active')
  return {
    owner: shown.owner.id,
    held: new Map(active.map(({ account, role }: Event) => [account.id, new Set(permits.get(role))])),
    types: shown.types,
    isPaused: shown.stopped?.reason === 'by_member',
    isOrdered: shown.ordered,
  }
}

/** What may have been the case when an event was sent or passed by in a step: of two changes, either may be the first. */
function standingsIn({ seq, before, after }: Step, event: Event): readonly Omit<Standing, 'isOrdered'>[] {
  if (event.seq >= seq) return [after]
  const both = [before, after]
  return both.flatMap(({ owner }) =>
    both.flatMap(({ held }) =>
      both.flatMap(({ types }) => both.map(({ isPaused }) => ({ owner, held, types, isPaused }))),
    ),
  )
}

function verdict(
  { owner, held, types, isPaused }: Omit<Standing, 'isOrdered'>,
  event: Event,
  isAskedFor: boolean,
  webhook: string,
) {
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

const sentAt = ({ headers }: ReceivedPost): number => Number(headers['webhook-timestamp']) * 1_000

/** All that is known once a history is over. */
interface Outcome {
  readonly world: World
  readonly steps: readonly Step[]
  readonly log: readonly Event[]
  /** Those since the endpoint was made that anybody may see. */
  readonly owed: readonly Event[]
  readonly replays: readonly Event['data'][]
  readonly deliveries: ReadonlyMap<number, Delivery>
  verdicts(step: Step, event: Event, isAskedFor: boolean): readonly ReturnType<typeof verdict>[]
  stepOf(post: ReceivedPost): Step
  /** Whether it was hidden or unwanted, in a step that fits: then it comes where somebody has it replayed. */
  mayBePassedBy(event: Event, fits?: (step: Step) => boolean): boolean
}

async function outcomeOf(
  { server }: SteppedServer,
  world: World,
  steps: readonly Step[],
  last: number,
): Promise<Outcome> {
  const { webhook } = world
  const log = await readLog(world)
  const found = await server.app.connection
    .collection<Delivery>('webhookDeliveries')
    .find({ webhook: webhook.id } as object)
    .toArray()
  const created = log.findIndex(({ type }) => type === 'webhook.created')
  const verdicts: Outcome['verdicts'] = (step, event, isAskedFor) =>
    standingsIn(step, event).map((one) => verdict(one, event, isAskedFor, webhook.id))
  return {
    world,
    steps,
    log,
    owed: log.slice(created + 1, last).filter(({ audience }) => audience !== 'self'),
    replays: log.filter(({ type }) => type === 'webhook.replayed').map(({ data }) => data),
    deliveries: new Map(found.map((delivery) => [delivery.seq, delivery])),
    verdicts,
    stepOf: (post) => steps.find(({ at }) => at === sentAt(post)) ?? expect.fail('a post of no step'),
    mayBePassedBy: (event, fits = () => true) =>
      steps
        .filter((step) => step.at >= Date.parse(event.at) && fits(step))
        .flatMap((step) => verdicts(step, event, false))
        .some((one) => one === 'hidden' || one === 'unwanted'),
  }
}

const told = ({ type, seq }: Event) => `${type} ${seq}`

/** Nothing is sent that its owner may not see at that time. */
function checkSent({ world, log, replays, verdicts, stepOf }: Outcome): void {
  const { receiver, askedFor } = world
  const bySeq = new Map(log.map((event) => [event.seq, event]))
  const wasAskedFor = (seq: number) => askedFor.includes(seq) || replays.some(({ exhausted }) => exhausted)
  for (const post of receiver.received) {
    const event = bySeq.get(eventOf(post).seq)
    const step = stepOf(post)
    expect(verdicts(step, event, wasAskedFor(event.seq)), `${told(event)} at ${step.at}`).to.include('sent')
    expect(JSON.parse(post.body)).to.deep.equal(event)
  }
}

/** What is due comes, and once more only where it was asked for or broken off. */
function checkTaken({ world, steps, owed, replays, deliveries, mayBePassedBy }: Outcome): void {
  const { receiver, askedFor } = world
  const taken = seqsOf(receiver.taken)
  for (const event of owed) {
    const times = taken.filter((seq) => seq === event.seq).length
    if (deliveries.get(event.seq)?.status !== 'exhausted' && !mayBePassedBy(event)) {
      expect(times, `${told(event)} is lost`).to.be.at.least(1)
    }
    const again =
      askedFor.filter((seq) => seq === event.seq).length +
      replays.filter(({ from }) => event.seq > from).length +
      steps.filter(({ at, breaksOff }) => breaksOff && at >= Date.parse(event.at)).length
    expect(times, `${told(event)} came too often`).to.be.at.most(1 + again)
  }
}

/**
 * While an endpoint is ordered, it is sent nothing as long as it has not taken an event from before that. Such an event
 * holds up nothing where it was passed by, or was tried while the endpoint was parallel; and neither of the two is in
 * order where somebody has it redelivered, or where it was given up and may be brought back by a replay.
 */
function checkOrder({ world, steps, log, owed, deliveries, stepOf, mayBePassedBy }: Outcome): number {
  const { receiver, askedFor } = world
  const isBeside = (seq: number) => askedFor.includes(seq) || (deliveries.get(seq)?.attempts ?? 0) >= maxTries
  const madeParallel = log.filter(({ type, data }) => type === 'webhook.updated' && !data.after.ordered)
  const parallelAt = new Set(madeParallel.map(({ at }) => Date.parse(at)))
  const isOrdered = ({ at, before, after }: Step) => before.isOrdered && after.isOrdered && !parallelAt.has(at)
  const parallel = new Set(steps.filter((step) => !isOrdered(step)).map(({ at }) => at))
  const inOrder = owed.filter(({ seq }) => !isBeside(seq))
  const takenAfter = new Map(receiver.taken.toReversed().map((post) => [eventOf(post).seq, post.after]))
  let compared = 0

  for (const [index, post] of receiver.received.entries()) {
    const { seq } = eventOf(post)
    const step = stepOf(post)
    if (isBeside(seq) || !isOrdered(step)) continue
    const untilThen = ({ at }: Step) => at <= step.at
    const triedInParallel = (event: Event) =>
      deliveries.get(event.seq)?.log.some(({ at }) => at.getTime() <= step.at && parallel.has(at.getTime())) === true
    const overtaken = inOrder.filter(
      (event) =>
        event.seq < seq &&
        (takenAfter.get(event.seq) ?? Number.POSITIVE_INFINITY) > index &&
        !mayBePassedBy(event, untilThen) &&
        !triedInParallel(event),
    )
    expect(overtaken.map(told), `not taken when ${seq} was sent at ${step.at}`).to.deep.equal([])
    compared += 1
  }
  return compared
}

/** Answers how many posts were to come in order. */
export async function check(
  stepped: SteppedServer,
  world: World,
  steps: readonly Step[],
  last: number,
): Promise<number> {
  const outcome = await outcomeOf(stepped, world, steps, last)
  checkSent(outcome)
  checkTaken(outcome)
  return checkOrder(outcome)
}
