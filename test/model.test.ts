import { type BuiltInRole, builtInRoleIds, type Permission } from '@rolecall/contract'
import { expect } from 'chai'
import fc from 'fast-check'
import { aCrowd, type Crowd } from './rig/crowd.ts'
import type { Command } from './rig/crowd-command.ts'
import { customRoleCount } from './rig/crowd-scene.ts'
import { type Log, mistakeIn } from './rig/model.ts'
import { anOrganisation, type Person, signUp } from './rig/people.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const peopleCount = isLong ? 30 : 10
const socketCount = isLong ? 100 : 20
const organisationCount = 3
const everyOrganisation = [0, 1, 2]

const person = fc.nat(peopleCount - 1)
const socket = fc.nat(socketCount - 1)
const organisation = fc.nat(organisationCount - 1)
const customRole = fc.nat(customRoleCount - 1)
const role = fc.oneof(fc.constantFrom(...builtInRoleIds, undefined), customRole)
const builtInRole = fc.constantFrom(...builtInRoleIds)
const permissions = fc.subarray<Permission>(['member:read', 'member:manage', 'application:read', 'billing:read'])
const named = <Name extends Command['do']>(name: Name) => fc.constant(name)

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: named('hold'), organisation, person, role }) },
  { weight: 2, arbitrary: fc.record({ do: named('leave'), organisation, person }) },
  { weight: 3, arbitrary: fc.record({ do: named('rest'), organisation, person, isSuspended: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: named('compose'), organisation, role: customRole, permissions }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: named('dissolve'), organisation, role: customRole, replacement: builtInRole }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: named('exchange'),
      organisation,
      people: fc.uniqueArray(person, { minLength: 1, maxLength: 4 }),
      role: builtInRole,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: named('let developers see'), organisation, isShown: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: named('declare'),
      organisation,
      roles: fc.option(fc.subarray<BuiltInRole>(['manager', 'developer', 'accounting']), { nil: undefined, freq: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: named('rename'), organisation, times: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ do: named('call'), person, name: fc.constantFrom('Ada', 'Grace', 'Mary') }) },
  {
    weight: 9,
    arbitrary: fc.record({ do: named('open'), socket, organisations: fc.subarray(everyOrganisation) }),
  },
  { weight: 3, arbitrary: fc.record({ do: named('close'), socket, isAbrupt: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: named('unsubscribe'), socket, organisation }) },
  { weight: 1, arbitrary: fc.record({ do: named('end session'), person }) },
)

const atOnce = fc.array(command, { minLength: 1, maxLength: isLong ? 9 : 5, size: 'max' })
const alone = fc.record({ do: named('delete and restore'), organisation }).map((one): Command[] => [one])

/** What is done at once, and then what is done next: about 2,500 commands, or 100. */
const rounds = fc.array(fc.oneof({ weight: 30, arbitrary: atOnce }, { weight: 1, arbitrary: alone }), {
  minLength: isLong ? 480 : 30,
  maxLength: isLong ? 520 : 36,
  size: 'max',
})

/** Everybody in every organisation, in all roles, on all of their sockets. */
async function begin(people: readonly Person[]): Promise<Crowd> {
  const organisations = await Promise.all(everyOrganisation.map(() => anOrganisation()))
  const crowd = await aCrowd(people, organisations, socketCount)
  for (const one of people.keys()) {
    await crowd.act(
      everyOrganisation.map((organisation) => {
        const role = builtInRoleIds[(one + organisation) % builtInRoleIds.length]
        return { do: 'hold', organisation, person: one, role }
      }),
    )
  }
  for (let first = 0; first < socketCount; first += 10) {
    const ten = Array.from({ length: 10 }, (_, index) => first + index)
    await crowd.act(ten.map((one) => ({ do: 'open', socket: one, organisations: everyOrganisation })))
  }
  return crowd
}

function check(crowd: Crowd, logs: readonly Log[]): void {
  const mistakes = crowd.mistakes(logs)
  // Whole, as no comparison shows it.
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
  for (const [organisation, log] of logs.entries()) {
    expect(log.map(({ seq }) => seq)).to.deep.equal(log.map((_, index) => index + 1))
    for (const [socket, streams] of crowd.streams(organisation).entries()) {
      for (const stream of streams) {
        const mistake = mistakeIn(stream, log)
        if (mistake !== undefined) {
          const { heard, ...subscription } = stream
          const shown = JSON.stringify([subscription, heard.slice(0, 4), log.length])
          throw new Error(`socket ${socket} in organisation ${organisation} ${mistake}: ${shown}`)
        }
      }
      // Over all its connections: each event once, in order.
      const seqs = streams.flatMap(({ heard }) =>
        heard.filter(({ name }) => name === 'event').map(({ body }) => body.seq),
      )
      expect(seqs, `socket ${socket}`).to.deep.equal([...new Set(seqs)].sort((a, b) => a - b))
    }
  }
}

describe('a crowd of people whose access changes all the time', () => {
  it(`E28 E29 E31 E32 hear exactly the log that their roles let them see, once and in order (${isLong ? 5_000 : 100} commands)`, async function () {
    this.timeout(900_000)
    const people = await Promise.all(Array.from({ length: peopleCount }, () => signUp()))
    await fc.assert(
      fc.asyncProperty(rounds, async (script) => {
        const crowd = await begin(people)
        try {
          for (const round of script) await crowd.act(round)
          check(crowd, await crowd.settle())
        } finally {
          crowd.close()
        }
      }),
      // The same commands in each short run; what comes between them is left to chance in both.
      { numRuns: isLong ? 2 : 1, endOnFailure: true, ...(isLong ? {} : { seed: 4 }) },
    )
  })
})
