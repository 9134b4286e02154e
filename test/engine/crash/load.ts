import { type Collection, type Db, type MongoClient, MongoServerError } from 'mongodb'
import { createLedger, type Ledger } from './ledger.ts'

/** A document of which everything follows from its id and the number of its changes. */
interface Thing {
  _id: string
  n: number
  email: string
  tags: string[]
  text: string
}

interface Claim {
  _id: string
  name: string
}

interface Account {
  _id: number
  balance: number
}

interface Transfer {
  _id: string
  from: number
  to: number
  amount: number
}

const absent = -1
const accountCount = 12
const names = Array.from({ length: 8 }, (_, n) => `name ${n}`)

/** Remembers over all crashes what it was told, and can tell whether a database agrees. */
export interface Load {
  prepare(client: MongoClient): Promise<void>
  /** Writes until the engine is killed; `onAcknowledged` hears of each write, `failures` gets what fails before. */
  run(client: MongoClient, load: Running): Promise<unknown>
  /** What contradicts what was acknowledged. */
  check(client: MongoClient): Promise<string[]>
}

export interface Running {
  readonly isOver: () => boolean
  readonly onAcknowledged: () => void
  readonly failures: unknown[]
}

export const createLoad = (writers: number): Load => {
  const things = createLedger(absent)
  const claims = createLedger<string | undefined>(undefined)
  const transfers = createLedger(false)
  const numbers = new Set<number>()
  let last = 0
  const newId = (): string => {
    last += 1
    return `id ${last}`
  }
  const random = (below: number): number => Math.floor(Math.random() * below)

  const operations: readonly ((client: MongoClient, writer: number) => Promise<unknown>)[] = [
    (client) => addThing(shop(client).things, things, newId()),
    (client, writer) => changeThing(shop(client).things, things, pick(ownOf(things, writer, writers), random)),
    (client, writer) => changeThing(shop(client).things, things, pick(ownOf(things, writer, writers), random)),
    (client, writer) => removeThing(shop(client).things, things, pick(ownOf(things, writer, writers), random)),
    (client) => claim(shop(client).claims, claims, newId(), names[random(names.length)] ?? ''),
    (client, writer) => giveUp(shop(client).claims, claims, pick(ownOf(claims, writer, writers), random)),
    (client) => transfer(client, transfers, { _id: newId(), from: random(12), to: random(12), amount: random(50) }),
    (client) => transfer(client, transfers, { _id: newId(), from: random(12), to: random(12), amount: random(50) }),
    (client) => takeNumber(client.db('shop'), numbers),
  ]

  return {
    async prepare(client) {
      const { things: stored, claims: claimed } = shop(client)
      await stored.createIndex({ email: 1 }, { unique: true })
      await stored.createIndex({ tags: 1, n: -1 })
      await claimed.createIndex({ name: 1 }, { unique: true })
      const accounts = Array.from({ length: accountCount }, (_, _id) => ({ _id, balance: 1_000 }))
      await bank(client).accounts.insertMany(accounts)
      await bank(client).transfers.createIndex({ from: 1, amount: 1 })
    },
    run(client, { isOver, onAcknowledged, failures }) {
      const write = async (writer: number): Promise<void> => {
        while (!isOver()) {
          try {
            await operations[random(operations.length)]?.(client, writer)
            if (!isOver()) onAcknowledged()
          } catch (error) {
            if (!isOver()) failures.push(error)
            return
          }
        }
      }
      const all = Array.from({ length: writers }, (_, writer) => write(writer))
      return Promise.all([...all, rebuild(client, isOver)])
    },
    async check(client) {
      const [stored, claimed] = (await Promise.all(
        [shop(client).things.find(), shop(client).claims.find()].map((all) => all.toArray()),
      )) as [Thing[], Claim[]]
      const odd = stored.filter((thing) => JSON.stringify(thing) !== JSON.stringify(aThing(thing._id, thing.n)))
      return [
        ...odd.map(({ _id }) => `${_id} is there by halves`),
        ...things.settle(new Map(stored.map(({ _id, n }) => [_id, n]))),
        ...claims.settle(new Map(claimed.map(({ _id, name }) => [_id, name]))),
        ...(new Set(claimed.map(({ name }) => name)).size === claimed.length ? [] : ['two hold one name']),
        ...(await checkPair(shop(client).things)),
        ...(await checkBank(client, transfers)),
        ...(await checkNumbers(client.db('shop'), numbers)),
      ]
    },
  }
}

const shop = (client: MongoClient): { things: Collection<Thing>; claims: Collection<Claim> } => ({
  things: client.db('shop').collection('things'),
  claims: client.db('shop').collection('claims'),
})

const bank = (client: MongoClient): { accounts: Collection<Account>; transfers: Collection<Transfer> } => ({
  accounts: client.db('bank').collection('accounts'),
  transfers: client.db('bank').collection('transfers'),
})

/** Now and then over several pages. */
const aThing = (_id: string, n: number): Thing => ({
  _id,
  n,
  email: `${_id} ${n}`,
  tags: [`tag ${n % 5}`, `tag ${n % 3}`, _id],
  text: 'x'.repeat(n % 4 === 3 ? 20_000 : 100 + n),
})

/** One writer writes each, so that there is one thing asked for at a time. */
const ownOf = (ledger: Ledger<unknown>, writer: number, writers: number): string[] =>
  ledger.ids.filter((id) => Number(id.slice(3)) % writers === writer)

const pick = (ids: readonly string[], random: (below: number) => number): string | undefined => ids[random(ids.length)]

const addThing = (things: Collection<Thing>, ledger: Ledger<number>, id: string): Promise<void> =>
  ledger.write(id, 0, () => things.insertOne(aThing(id, 0)))

const changeThing = async (things: Collection<Thing>, ledger: Ledger<number>, id?: string): Promise<void> => {
  const before = id === undefined ? absent : (ledger.get(id) ?? absent)
  if (id === undefined || before === absent) return
  const { _id, ...rest } = aThing(id, before + 1)
  const ways = [
    () => things.updateOne({ _id }, { $set: rest }),
    () => things.replaceOne({ _id }, rest),
    () => things.findOneAndUpdate({ email: `${id} ${before}` }, { $set: rest }),
  ]
  await ledger.write(id, before + 1, ways[before % ways.length] ?? ways[0] ?? (() => Promise.resolve()))
}

/** What is being added is left alone: of two things asked for at a time neither could be held against what is there. */
const removeThing = async (things: Collection<Thing>, ledger: Ledger<number>, id?: string): Promise<void> => {
  if (id !== undefined && ledger.get(id) !== absent) await ledger.write(id, absent, () => things.deleteOne({ _id: id }))
}

const claim = async (
  claims: Collection<Claim>,
  ledger: Ledger<string | undefined>,
  id: string,
  name: string,
): Promise<void> => {
  try {
    await ledger.write(id, name, () => claims.insertOne({ _id: id, name }))
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === 11000)) throw error
    await ledger.write(id, undefined, () => Promise.resolve())
  }
}

const giveUp = async (claims: Collection<Claim>, ledger: Ledger<string | undefined>, id?: string): Promise<void> => {
  if (id !== undefined && ledger.get(id) !== undefined) {
    await ledger.write(id, undefined, () => claims.deleteOne({ _id: id }))
  }
}

/** From one account to another, and a line of it in a third collection. */
const transfer = (client: MongoClient, ledger: Ledger<boolean>, { _id, from, to, amount }: Transfer): Promise<void> => {
  const { accounts, transfers } = bank(client)
  return ledger.write(_id, true, () =>
    client.withSession((session) =>
      session.withTransaction(async () => {
        await accounts.updateOne({ _id: from }, { $inc: { balance: -amount } }, { session })
        await transfers.insertOne({ _id, from, to, amount }, { session })
        await accounts.updateOne({ _id: to }, { $inc: { balance: amount } }, { session })
      }),
    ),
  )
}

const checkBank = async (client: MongoClient, ledger: Ledger<boolean>): Promise<string[]> => {
  const { accounts, transfers } = bank(client)
  const [balances, lines] = await Promise.all([accounts.find().toArray(), transfers.find().toArray()])
  const expected = new Map(balances.map(({ _id }) => [_id, 1_000]))
  for (const { from, to, amount } of lines) {
    expected.set(from, (expected.get(from) ?? 0) - amount)
    expected.set(to, (expected.get(to) ?? 0) + amount)
  }
  return [
    ...(balances.length === accountCount ? [] : [`there are ${balances.length} accounts`]),
    ...balances
      .filter(({ _id, balance }) => balance !== expected.get(_id))
      .map(({ _id, balance }) => `account ${_id} holds ${balance}, its transfers make ${expected.get(_id)}`),
    ...ledger.settle(new Map(lines.map(({ _id }) => [_id, true]))),
  ]
}

/** Each number is given out once. */
const takeNumber = async (db: Db, numbers: Set<number>): Promise<void> => {
  const counter = db.collection<{ _id: string; n: number }>('counters')
  const options = { upsert: true, returnDocument: 'after' } as const
  const taken = await counter.findOneAndUpdate({ _id: 'counter' }, { $inc: { n: 1 } }, options)
  if (taken === null || numbers.has(taken.n)) throw new Error(`the number ${taken?.n} was given out before`)
  numbers.add(taken.n)
}

const checkNumbers = async (db: Db, numbers: ReadonlySet<number>): Promise<string[]> => {
  const highest = Math.max(0, ...numbers)
  const counter = await db.collection<{ _id: string; n: number }>('counters').findOne({ _id: 'counter' })
  return (counter?.n ?? 0) >= highest ? [] : [`the counter stands at ${counter?.n}, and ${highest} was given out`]
}

/** Two indexes that are made together, and dropped together. */
const pair = ['n_1_tags_1', 'tags_1_n_1']

const checkPair = async (things: Collection<Thing>): Promise<string[]> => {
  const names = (await things.listIndexes().toArray()).map(({ name }) => String(name))
  const present = pair.filter((name) => names.includes(name))
  return present.length === 1 ? [`of two indexes that are made together ${present[0]} alone is there`] : []
}

/** Makes and drops indexes and collections beside the writes. */
const rebuild = async (client: MongoClient, isOver: () => boolean): Promise<void> => {
  try {
    for (let n = 0; !isOver(); n += 1) {
      const passing = client.db('shop').collection(`passing ${n % 3}`)
      await passing.insertMany([{ n }, { n: n + 1 }])
      await passing.createIndex({ n: 1 })
      await client
        .db('shop')
        .collection('things')
        .createIndexes([{ key: { n: 1, tags: 1 } }, { key: { tags: 1, n: 1 } }])
      await client.db('shop').command({ dropIndexes: 'things', index: pair })
      await passing.drop()
    }
  } catch (error) {
    if (!isOver()) throw error
  }
}
