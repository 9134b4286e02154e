import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { anOrganisation, apiOf } from '../rig/people.ts'
import { startServerProcess } from '../rig/process.ts'
import { answersWith, aReceiver, type ReceivedPost } from '../rig/receiver.ts'
import { aWebhook, eventOf, seqsOf } from '../rig/sending.ts'
import { aWriter, describeWrites, progressed, readLog } from '../rig/writer.ts'

const rounds = Number(process.env.ROLECALL_KILL_ROUNDS ?? (process.env.ROLECALL_LONG === '1' ? 100 : 5))
const concurrency = 4

/** How often something came that had come before. */
const repeated = (received: readonly ReceivedPost[]) => received.length - new Set(seqsOf(received)).size

/** Of what each of the killed servers and the last one sent: how many had come before. No server sends the same twice. */
function repeatedByEach(received: readonly ReceivedPost[], kills: readonly number[]): number[] {
  const seen = new Set<number>()
  return [...kills, received.length].map((end, life) => {
    const sent = seqsOf(received.slice(kills[life - 1] ?? 0, end))
    expect(new Set(sent).size, `what server ${life} sent`).to.equal(sent.length)
    const again = sent.filter((seq) => seen.has(seq)).length
    for (const seq of sent) seen.add(seq)
    return again
  })
}

describe('killing the server that posts to webhooks', () => {
  it(`E37 E42 loses no event, repeats at most what was under way, and keeps the order, over ${rounds} rounds`, async function () {
    this.timeout(180_000 + rounds * 30_000)
    let server = await startServerProcess()
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    let token = admin.session.accessToken
    const api = () => apiOf(server.url, token)
    /** A token lasts ten minutes, and many rounds last longer. */
    const signIn = async () => {
      const { email, password } = admin
      const { status, text, body } = await apiOf(server.url)('POST', '/sessions', { email, password })
      expect(status, text).to.equal(201)
      token = body.session.accessToken
    }
    const people = await Promise.all([1, 2, 3, 4].map(() => organisation.add('developer')))
    for (const { member } of people) await api()('DELETE', `/organisations/${id}/members/${member}`)
    const slowly = {
      behaviour: (...args: Parameters<ReturnType<typeof answersWith>>) =>
        void setTimeout(() => answersWith(204)(...args), Math.random() * 10),
    }
    const [ordered, parallel] = [await aReceiver(slowly), await aReceiver(slowly)]
    const wanted = { types: ['member.added', 'member.removed'], concurrency }
    await aWebhook(organisation, ordered, { ...wanted, ordered: true })
    await aWebhook(organisation, parallel, wanted)
    const from = (await readLog(api(), id)).length
    const working = people.map(({ email }) => aWriter(api, id, email))
    /** How much had come at each kill. */
    const kills = { ordered: [] as number[], parallel: [] as number[] }

    for (let round = 0; round < rounds; round += 1) {
      await progressed(working, 1 + Math.floor(Math.random() * 20))
      await pause(Math.random() * 30)
      await server.kill('SIGKILL')
      // What it had sent is read off the sockets first.
      for (let turns = 0; turns < 5; turns += 1) await turn()
      kills.ordered.push(ordered.received.length)
      kills.parallel.push(parallel.received.length)
      server = await startServerProcess({ dataDir: server.dataDir })
      await signIn()
    }
    await Promise.all(working.map((writer) => writer.stop()))

    const expected = (await readLog(api(), id)).flatMap(({ seq, type }) =>
      seq > from && wanted.types.includes(type) ? [seq] : [],
    )
    for (const receiver of [ordered, parallel]) {
      await receiver.until((received) => new Set(seqsOf(received)).size >= expected.length)
      const seqs = seqsOf(receiver.received)
      expect([...new Set(seqs)].sort((a, b) => a - b)).to.deep.equal(expected)
      const ids = new Set(
        receiver.received.map((post) => `${eventOf(post).id} ${post.headers['webhook-id']} ${post.body}`),
      )
      expect(ids.size, 'the same id and body each time').to.equal(expected.length)
    }
    console.log(
      `      ${describeWrites(working)}; of ${expected.length} events ${repeated(ordered.received)} and ${repeated(parallel.received)} came twice`,
    )
    const inOrder = seqsOf(ordered.received)
    expect(inOrder, 'in order, repeated at once').to.deep.equal([...inOrder].sort((a, b) => a - b))
    expect(Math.max(...repeatedByEach(ordered.received, kills.ordered)), 'at one kill').to.be.at.most(1)
    expect(Math.max(...repeatedByEach(parallel.received, kills.parallel)), 'at one kill').to.be.at.most(concurrency)
    await server.kill('SIGTERM')
  })
})
