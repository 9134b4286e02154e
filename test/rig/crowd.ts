/** Many people with several connections each, in a few organisations: acts out commands, and keeps what each heard. */
import type { RolecallEvent } from '@rolecall/contract'
import type { Command } from './crowd-command.ts'
import { createPlan } from './crowd-plan.ts'
import { aScene, at, readHeads } from './crowd-scene.ts'
import { streamsOf } from './crowd-streams.ts'
import { createTold } from './crowd-told.ts'
import { insist } from './insist.ts'
import { eventAt } from './live.ts'
import type { Log, Stream } from './model.ts'
import type { Person, TestOrganisation } from './people.ts'

export interface Crowd {
  /** Does all of these at once, but one after the other what concerns one membership or one person’s sockets. */
  act(commands: readonly Command[]): Promise<void>
  /** Waits until everything has come that is to come; answers the logs. */
  settle(): Promise<readonly Log[]>
  /** What was heard, by socket and organisation, each in order of time. */
  streams(organisation: number): readonly (readonly Stream[])[]
  /** Says where a connection was not told of its account’s access once each, or somebody was refused who had access. */
  mistakes(logs: readonly Log[]): readonly string[]
  close(): void
}

const patienceMs = 180_000

export async function aCrowd(
  people: readonly Person[],
  organisations: readonly TestOrganisation[],
  socketCount: number,
): Promise<Crowd> {
  const scene = await aScene(people, organisations, socketCount)
  const { connections, subscriptions, heads } = scene
  const plan = createPlan(scene)
  const { isOpen, streamOf } = streamsOf(scene)
  const { endOfTold, mistakes } = createTold(scene)

  return {
    async act(commands) {
      const lanes = new Map<string, Promise<void>>()
      const doings = commands.map((command) => {
        const [names, act] = plan(command)
        const doing = Promise.all(names.map((name) => lanes.get(name) ?? Promise.resolve())).then(act)
        for (const name of names) lanes.set(name, doing)
        return doing
      })
      await Promise.all(doings)
      heads.push(await readHeads(organisations))
    },
    async settle() {
      const all = subscriptions.flat(2).filter(isOpen)
      const last = await Promise.all(
        organisations.map(async ({ admin, id, name }) => {
          await insist(() => admin.api('PATCH', `/organisations/${id}`, { name: `${name} end` }))
          return (await readHeads(organisations))[organisations.findIndex((one) => one.id === id)] ?? 0
        }),
      )
      // Whoever may see anything may see this; who does not hear of it in time is found by what they did not hear.
      let timer: NodeJS.Timeout | undefined
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs)
      })
      const coming = all.map(({ connection: { live }, organisation }) => {
        const { id } = at(organisations, organisation)
        const fits = eventAt(at(last, organisation))
        return Promise.race([live.until((message) => message.body.log === id && fits(message)), live.ended])
      })
      await Promise.race([Promise.all(coming), patience])
      const logs = await Promise.all(organisations.map(readLog))
      const telling = connections
        .filter(({ live }) => live.socket.connected)
        .map(async (connection) => {
          const { live } = connection
          await Promise.race([live.settled(), live.ended])
          for (const [organisation, log] of logs.entries()) {
            const isRight = () => endOfTold(connection, organisation, log).isRight
            if (!isRight()) await Promise.race([live.until(isRight), live.ended])
          }
        })
      await Promise.race([Promise.all(telling), patience])
      clearTimeout(timer)
      return logs
    },
    streams: (organisation) => subscriptions.map((own) => (own[organisation] ?? []).map(streamOf)),
    mistakes,
    close() {
      for (const { live } of connections) live.close()
    },
  }
}

async function readLog({ admin, id }: TestOrganisation): Promise<Log> {
  const log: RolecallEvent[] = []
  for (let after = ''; ; ) {
    const { body } = await insist(() => admin.api('GET', `/organisations/${id}/events?limit=200${after}`))
    log.push(...body.data)
    if (body.next === undefined) return log
    after = `&after=${body.next}`
  }
}
