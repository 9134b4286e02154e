import { expect } from 'chai'
import fc from 'fast-check'
import { type Answer, type Person, unique } from './rig/people.ts'
import { seqsOf, untilSome } from './rig/sending.ts'
import { aSteppedServer, type SteppedServer, type Succession } from './rig/stepped-server.ts'
import { untilNone } from './rig/until-none.ts'
import { check, type Standing, type Step, standingOf } from './rig/webhook-checks.ts'
import { aHistory, brokenOffHistories, type History, peopleCount } from './rig/webhook-history.ts'
import { aCrew, arrange, happen, heard, succeed, take, type World } from './rig/webhook-world.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const enoughMs = isLong ? 3_000_000 : 60_000
/** However busy the machine is. */
const least = 5

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
  step(
    make: () => Promise<readonly (Answer | undefined)[]>,
    how?: Partial<Pick<History['steps'][number], 'change' | 'passes'>>,
  ): Promise<void>
  /** How many posts were under way as another server took over. */
  readonly brokenOff: () => number
}

/** A lease that somebody has where other nodes could be is over when so much has passed at once. */
const leaseSeconds = 16

async function stepsIn(stepped: SteppedServer, world: World): Promise<Steps> {
  const { now, pass } = stepped
  const taken: Step[] = []
  let standing = await standingOf(world)
  let brokenOff = 0
  taken.push({ at: now(), seq: 0, before: standing, after: standing, breaksOff: false })
  pass(1)
  return {
    taken,
    standing: () => standing,
    async step(make, { change, passes = 1 } = {}) {
      if (change?.holds === true) world.receiver.turn('holds')
      const answers = await make()
      if (change !== undefined) brokenOff += await succeed(stepped, world, change)
      await heard(world)
      const after = await standingOf(world)
      // One that a server could not give back as it was closed would else last as long as time stands still.
      const seconds = change === undefined ? passes : Math.max(passes, leaseSeconds)
      const breaksOff = change !== undefined || (!stepped.server.app.database.embedded && seconds >= leaseSeconds)
      taken.push({ at: now(), seq: Math.max(0, ...answers.map(seqOf)), before: standing, after, breaksOff })
      standing = after
      pass(seconds)
    },
    brokenOff: () => brokenOff,
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

/** What came of one history, or of some. */
interface Tally {
  readonly histories: number
  /** By another server that took over. */
  readonly brokenOff: number
  readonly ordered: number
}

async function hold(stepped: SteppedServer, crew: readonly Person[], history: History): Promise<Tally> {
  const world = await arrange(stepped, crew, history)
  const { taken, standing, step, brokenOff } = await stepsIn(stepped, world)
  for (const { actions, beside, ...how } of history.steps) {
    await step(async () => {
      const { owner } = standing()
      const happening = beside.map((kind) => happen(world, kind))
      const answers = await Promise.all(actions.map((action) => take(world, action, owner)))
      await Promise.all(happening)
      return answers
    }, how)
  }
  const last = await settle(stepped, world, step, history.heir)
  const ordered = await check(stepped, world, taken, last)
  return { histories: 1, brokenOff: brokenOff(), ordered }
}

/** Servers that follow on one another in one of the two ways, and who is there for some histories. */
async function aHouse(succession: Succession) {
  const stepped = await aSteppedServer(succession)
  let crew = await aCrew(stepped)
  let runs = 0
  return async (history: History) => {
    runs += 1
    // A person may be in so many organisations, and no more.
    if (runs % 25 === 0) crew = await aCrew(stepped)
    return hold(stepped, crew, history)
  }
}

describe('an endpoint, whatever becomes of its owner and of the server that sends', () => {
  it('E37 E42 E43 gets what its owner may see at that time, all of it, in order where it is to be, and nothing else', async function () {
    this.timeout(isLong ? 3_600_000 : 600_000)
    const houses = { restart: await aHouse('restart'), takeover: await aHouse('takeover') }
    const all: Tally[] = []
    const began = performance.now()
    await fc.assert(
      fc.asyncProperty(aHistory, async (history) => {
        // A busy machine takes fewer.
        if (all.length >= least && performance.now() - began > enoughMs) return
        all.push(await houses[history.succession](history))
      }),
      {
        numRuns: isLong ? 500 : 25,
        endOnFailure: true,
        examples: brokenOffHistories.map((history) => [history]),
      },
    )
    const sum = (name: keyof Tally) => all.reduce((total, tally) => total + tally[name], 0)
    console.log(
      `      ${all.length} histories, ${sum('brokenOff')} posts under way as another server took over, ${sum('ordered')} in order`,
    )
  })
})
