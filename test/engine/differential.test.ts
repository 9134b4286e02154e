import { EJSON } from 'bson'
import fc from 'fast-check'
import { MongoClient } from 'mongodb'
import { anyCase } from './differential/cases.ts'
import { decisionOn } from './differential/decided.ts'
import { type Difference, type Player, play, prepare } from './differential/play.ts'
import { useEngine } from './running-engine.ts'

const secondOpinion = process.env.ROLECALL_SECOND_OPINION
const wanted = Number(
  process.env.ROLECALL_DIFFERENTIAL_OPERATIONS ?? (process.env.ROLECALL_LONG === '1' ? 100_000 : 2_000),
)
/** A run that failed is run again with the seed that it printed. */
const firstSeed = Number(process.env.ROLECALL_DIFFERENTIAL_SEED ?? 20_261_129)
const casesPerSeed = 300

describe('the embedded engine beside another server', () => {
  const { client, db } = useEngine()
  let other: MongoClient | undefined

  before(async function () {
    if (secondOpinion === undefined) {
      console.log(
        'Skipped: ROLECALL_SECOND_OPINION names no other server; .ci/second-opinion starts SecantusDB for it.',
      )
      return this.skip()
    }
    other = await new MongoClient(secondOpinion).connect()
  })
  after(() => other?.close())

  it(`answers ${wanted.toLocaleString('en')} random operations alike, but where MongoDB decides for it`, async function () {
    this.timeout(60_000 + wanted * 50)
    if (!other) throw new Error('There is no other server')
    const ours: Player = { client: client(), db: db() }
    const theirs: Player = { client: other, db: other.db(`${db().databaseName}_${process.pid}`) }
    await Promise.all([prepare(ours), prepare(theirs)])
    const decisions = new Map<string, number>()
    const isDecided = (difference: Difference): boolean => {
      const decision = decisionOn(difference)
      if (decision !== undefined) decisions.set(decision, (decisions.get(decision) ?? 0) + 1)
      return decision !== undefined
    }

    let operations = 0
    for (let seed = firstSeed; operations < wanted; seed += 1) {
      const property = fc.asyncProperty(anyCase, async (given) => {
        const played = await play(ours, theirs, given, isDecided)
        operations += played.operations
        if (played.difference)
          throw new Error(`${told(played.difference)}\nROLECALL_DIFFERENTIAL_SEED=${seed} finds it again`)
      })
      await fc.assert(property, { seed, numRuns: casesPerSeed })
    }
    await theirs.db.dropDatabase()

    console.log(`      ${operations} operations from seed ${firstSeed} on; decided for the engine:`)
    for (const [what, count] of [...decisions].sort(([, a], [, b]) => b - a)) console.log(`      ${count} × ${what}`)
  })
})

const told = ({ step: { actor, operation }, kind, before, ours, theirs }: Difference): string =>
  [
    `An undecided difference of the ${kind} to what ${actor} asked: ${EJSON.stringify(operation, { relaxed: false })}`,
    `before: ${before}`,
    `ours:   ${ours}`,
    `theirs: ${theirs}`,
  ].join('\n')
