import { EJSON } from 'bson'
import { type ChangeStreamDocument, type Document, type MongoClient, MongoServerError, type ResumeToken } from 'mongodb'

/** A copy of everything, kept by the change stream alone, over all crashes. */
export interface Follower {
  /** Goes on from what was told last; ends with the engine, which says by then whether it was killed. */
  follow(client: MongoClient, engine: { readonly isKilled: boolean }): Promise<void>
  /** Streams that ended otherwise than with their engine. */
  readonly faults: readonly string[]
  /** Reads on to this document, and says where the copy differs from what is there. */
  check(client: MongoClient, last: { readonly namespace: string; readonly id: string }): Promise<string[]>
}

export const createFollower = (): Follower => {
  const copies = new Map<string, Map<string, Document>>()
  const told = new Set<string>()
  const faults: string[] = []
  let token: ResumeToken | undefined
  let newest: unknown
  let repeated = 0

  const copyOf = (namespace: string): Map<string, Document> => {
    const copy = copies.get(namespace) ?? new Map<string, Document>()
    copies.set(namespace, copy)
    return copy
  }

  const apply = (event: ChangeStreamDocument): void => {
    const place = JSON.stringify(event._id)
    if (told.has(place)) repeated += 1
    told.add(place)
    token = event._id
    if (event.operationType === 'drop') copies.delete(`${event.ns.db}.${event.ns.coll}`)
    if (!('documentKey' in event) || !('coll' in event.ns)) return
    const copy = copyOf(`${event.ns.db}.${event.ns.coll}`)
    const id = EJSON.stringify(event.documentKey._id)
    if (event.operationType === 'delete') copy.delete(id)
    else if (event.operationType === 'update') update(copy.get(id), event.updateDescription)
    else if ('fullDocument' in event && event.fullDocument) copy.set(id, event.fullDocument)
  }

  const watch = (client: MongoClient) => client.watch([], token === undefined ? {} : { resumeAfter: token })

  return {
    faults,
    async follow(client, engine) {
      if (token === undefined) {
        const first = watch(client)
        await first.tryNext()
        token = first.resumeToken
        await first.close()
      }
      const stream = watch(client)
      newest = stream
      // What a stream of before the crash still hands out is told again by the one after it.
      stream.on('change', (event) => {
        if (newest === stream) apply(event)
      })
      stream.on('error', (error) => {
        // The engine's end is the stream's. What the engine itself answered is no end of it.
        if (engine.isKilled && !(error instanceof MongoServerError)) return
        faults.push(`the stream ended: ${error}`)
      })
    },
    async check(client, { namespace, id }) {
      newest = undefined
      const stream = watch(client)
      while (!copyOf(namespace).has(EJSON.stringify(id))) apply(await stream.next())
      await stream.close()
      const faults = repeated === 0 ? [] : [`${repeated} events were told twice`]
      for (const name of await namespacesOf(client)) {
        const [db = '', ...rest] = name.split('.')
        const stored = await client.db(db).collection(rest.join('.')).find().toArray()
        const copy = copyOf(name)
        copies.delete(name)
        if (copy.size !== stored.length) faults.push(`${name}: ${copy.size} were told of, ${stored.length} are there`)
        for (const document of stored) {
          const id = EJSON.stringify(document._id)
          if (EJSON.stringify(copy.get(id) ?? {}) !== EJSON.stringify(document))
            faults.push(`${name}: ${id} was told otherwise`)
        }
      }
      for (const [name, copy] of copies) if (copy.size > 0) faults.push(`${name} is not there, and was told of`)
      return faults
    },
  }
}

const namespacesOf = async (client: MongoClient): Promise<string[]> => {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true })
  const lists = await Promise.all(
    databases.map(async ({ name }) =>
      (await client.db(name).listCollections().toArray()).map((collection) => `${name}.${collection.name}`),
    ),
  )
  return lists.flat()
}

interface Description {
  readonly updatedFields?: Document
  readonly removedFields?: readonly string[]
  readonly truncatedArrays?: readonly { readonly field: string; readonly newSize: number }[]
}

/** Of documents without dots in their fields' names. */
const update = (document: Document | undefined, description: Description): void => {
  if (!document) return
  for (const { field, newSize } of description.truncatedArrays ?? []) document[field].length = newSize
  for (const field of description.removedFields ?? []) delete document[field]
  for (const [path, value] of Object.entries(description.updatedFields ?? {})) {
    const [field = '', position] = path.split('.')
    if (position === undefined) document[field] = value
    else document[field][position] = value
  }
}
