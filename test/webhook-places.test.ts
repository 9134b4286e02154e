import { expect } from 'chai'
import { createPlaces } from '../server/src/webhooks/places.ts'
import { signUp, type TestOrganisation, unique } from './rig/people.ts'
import { answersWith, aReceiver, type Receiver } from './rig/receiver.ts'
import { aWebhook, type TestWebhook, untilSome } from './rig/sending.ts'
import { startServer } from './rig/server.ts'

/** Of eight places two are for endpoints that fail; of the other six an organisation gets two at most. */
const env = { MAX_WEBHOOK_POSTS: '8' }

type Organisation = Pick<TestOrganisation, 'id' | 'admin'>

/** So many organisations of one person. */
async function organisations(url: string, count: number): Promise<Organisation[]> {
  const admin = await signUp({ url })
  const create = async () => {
    const { body, status, text } = await admin.api('POST', '/organisations', { name: unique('Organisation') })
    expect(status, text).to.equal(201)
    return { id: body.id, admin }
  }
  return Promise.all(Array.from({ length: count }, create))
}

async function change({ id, admin }: Organisation): Promise<void> {
  const { status, text } = await admin.api('PATCH', `/organisations/${id}`, { description: unique('Changed') })
  expect(status, text).to.equal(200)
}

/** Endpoints that get the changes of their organisation; each is known by its path. */
async function endpoints(organisation: Organisation, receiver: Receiver, count: number) {
  const made = Array.from({ length: count }, (_, index) =>
    aWebhook(organisation, { url: `${receiver.url}/${organisation.id}/${index}` }, { types: ['organisation.*'] }),
  )
  return Promise.all(made)
}

const organisationOf = (path: string) => path.split('/').at(-2) ?? ''

/** A receiver that answers when it is told to, the one that waits longest first. */
async function aPatientReceiver() {
  const waiting: { readonly path: string; readonly answer: () => void }[] = []
  let mostInAll = 0
  let mostOfOne = 0
  const receiver = await aReceiver({
    behaviour(response, post) {
      waiting.push({ path: post.path, answer: () => answersWith(204)(response, post) })
      const ofOne = waiting.filter(({ path }) => organisationOf(path) === organisationOf(post.path))
      mostInAll = Math.max(mostInAll, waiting.length)
      mostOfOne = Math.max(mostOfOne, ofOne.length)
    },
  })
  return {
    receiver,
    untilWaiting: (count: number) => receiver.until(() => waiting.length >= count),
    answerOne: () => waiting.shift()?.answer(),
    most: () => ({ mostInAll, mostOfOne }),
  }
}

describe('the posts of a node', () => {
  it('E42 are under way to so many receivers at once and no more, and come to all', async function () {
    this.timeout(300_000)
    const { url, close } = await startServer({ env })
    const { receiver, untilWaiting, answerOne, most } = await aPatientReceiver()
    const all = await organisations(url, 4)
    for (const organisation of all) await endpoints(organisation, receiver, 3)
    await Promise.all(all.map(change))
    await untilWaiting(6)
    for (let answered = 0; answered < 12; answered += 1) {
      await untilWaiting(1)
      answerOne()
    }
    expect(new Set(receiver.received.map(({ path }) => path)).size).to.equal(12)
    expect(most()).to.deep.equal({ mostInAll: 6, mostOfOne: 2 })
    await close()
  })

  it('E42 that hang take the place of none that does not fail', async function () {
    this.timeout(300_000)
    const startedAt = Date.now()
    let passedMs = 0
    const server = await startServer({ env, now: () => new Date(startedAt + passedMs) })
    const [failing, healthy] = [await aReceiver({ behaviour: answersWith(500) }), await aReceiver()]
    const all = await organisations(server.url, 4)
    const webhooks: TestWebhook[] = []
    for (const organisation of all) webhooks.push(...(await endpoints(organisation, failing, 2)))
    await Promise.all(all.map(change))
    for (const { id } of webhooks) await untilSome(server, 'webhookDeliveries', { webhook: id, status: 'retrying' })
    for (const organisation of all) await endpoints(organisation, healthy, 1)
    let hanging = 0
    failing.behave((response) => {
      hanging += 1
      response.on('close', () => {
        hanging -= 1
      })
    })
    // Time for all eight to be tried again.
    passedMs = 10_000
    await failing.until(() => hanging === 2)
    await Promise.all(all.map(change))
    await healthy.until((received) => received.length >= all.length)
    expect(hanging).to.equal(2)
    await failing.close()
    await server.close()
  })
})

describe('places', () => {
  const failing = { inAll: 10, ofOne: 3 }
  const others = { inAll: 30, ofOne: 8 }

  it('are never more than there are, nor those of an organisation more than its share, and nobody waits for ever', () => {
    const places = createPlaces(40)
    const called = new Set<number>()
    const endpoints = Array.from({ length: 120 }, (_, index) => ({
      index,
      organisation: `org_${index % 12}`,
      isFailing: index % 3 === 0,
      line: places.line(`org_${index % 12}`, () => called.add(index)),
      posts: [] as (() => void)[],
    }))
    type Endpoint = (typeof endpoints)[number]
    const underWay = (fits: (endpoint: Endpoint) => boolean) =>
      endpoints.filter(fits).reduce((sum, { posts }) => sum + posts.length, 0)

    function check({ organisation, isFailing }: Endpoint): void {
      const most = isFailing ? failing : others
      expect(underWay((one) => one.isFailing === isFailing)).to.be.at.most(most.inAll)
      const ofOne = underWay((one) => one.isFailing === isFailing && one.organisation === organisation)
      expect(ofOne).to.be.at.most(most.ofOne)
    }

    function take(endpoint: Endpoint): void {
      called.delete(endpoint.index)
      const giveBack = endpoint.line.take(endpoint.isFailing)
      expect(endpoint.line.isWaiting()).to.equal(giveBack === undefined)
      if (giveBack !== undefined) endpoint.posts.push(giveBack)
      check(endpoint)
    }

    for (let step = 0; step < 20_000; step += 1) {
      const endpoint = endpoints[Math.floor(Math.random() * endpoints.length)] as Endpoint
      const dice = Math.random()
      if (dice < 0.5) take(endpoint)
      else if (dice < 0.9) endpoint.posts.shift()?.()
      else if (dice < 0.95) {
        endpoint.line.leave()
        called.delete(endpoint.index)
      } else if (!endpoint.line.isWaiting() && endpoint.posts.length === 0) endpoint.isFailing = !endpoint.isFailing
    }
    for (const { posts } of endpoints) for (const giveBack of posts.splice(0)) giveBack()
    for (const index of called) {
      const endpoint = endpoints[index] as Endpoint
      take(endpoint)
      for (const giveBack of endpoint.posts.splice(0)) giveBack()
    }
    expect(endpoints.filter(({ line }) => line.isWaiting())).to.deep.equal([])
  })

  for (const [how, isInTurn] of Object.entries({ 'one after the other': false, 'in turn': true })) {
    it(`E42 are left for the last endpoint of an organisation when the others hang that took theirs ${how}`, () => {
      const places = createPlaces(500)
      const lines = Array.from({ length: 49 }, () => places.line('org', () => undefined))
      const wanted = isInTurn
        ? Array.from({ length: 20 }, () => lines).flat()
        : lines.flatMap((line) => Array.from({ length: 20 }, () => line))
      const held = wanted.flatMap((line) => line.take(false) ?? [])
      expect(held.length).to.be.at.least(49)
      expect(places.line('org', () => undefined).take(false)).to.be.a('function')
      // What is given back is there for all who still wait.
      for (const giveBack of held) giveBack()
      expect(lines.filter((line) => line.isWaiting() && line.take(false) === undefined)).to.deep.equal([])
    })
  }

  it('E42 are left for others when 230 organisations have an endpoint each that hangs', () => {
    const places = createPlaces(500)
    const lines = Array.from({ length: 230 }, (_, index) => places.line(`org_${index}`, () => undefined))
    for (const line of lines) for (let post = 0; post < 4; post += 1) line.take(false)
    expect(places.line('org_other', () => undefined).take(false)).to.be.a('function')
  })

  it('are handed on to one that has posts under way and to one that has none, where both may have one', () => {
    const places = createPlaces(16)
    const called: string[] = []
    const line = (organisation: string, name: string) => places.line(organisation, () => called.push(name))
    const crowded = ['one', 'two', 'three'].map((name) => line('crowded', name).take(false))
    const [busy, waiting] = [line('busy', 'busy'), line('crowded', 'waiting')]
    for (const one of [busy, line('third', 'third'), line('fourth', 'fourth')]) one.take(false)
    expect([busy.take(false), waiting.take(false)]).to.deep.equal([undefined, undefined])
    crowded[0]?.()
    expect(called).to.deep.equal(['busy', 'waiting'])
  })

  it('are handed on in the order in which they were asked for', () => {
    const places = createPlaces(2)
    const called: string[] = []
    const line = (name: string) => places.line(name, () => called.push(name))
    const [first, second, third, gone] = [line('first'), line('second'), line('third'), line('gone')]
    const giveBack = first.take(false)
    for (const one of [second, gone, third, second]) expect(one.take(false)).to.equal(undefined)
    gone.leave()
    giveBack?.()
    expect(called).to.deep.equal(['second'])
    expect([first.take(false), third.take(false)]).to.deep.equal([undefined, undefined])
    // It was called, and has nothing to post by now.
    second.leave()
    expect(called).to.deep.equal(['second', 'third'])
    expect(third.take(false)).to.be.a('function')
  })
})
