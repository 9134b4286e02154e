/** Which plans the database has for what the server asks it. */
import { type Document, MongoClient } from 'mongodb'
import { startServer, type TestServer } from './server.ts'

/** A question about documents, as a find would put it. */
export interface Question {
  readonly collection: string
  readonly filter: Document
  readonly options: Document
}

export interface Explained extends Question {
  /** Name of the index; `COLLSCAN` where all documents are looked at. */
  readonly index: string
  readonly examined: number
}

export interface PlanWatch {
  readonly server: TestServer
  /** What was asked since the last time, each kind of question once, with its plan. */
  explain(): Promise<Explained[]>
}

/** A server whose commands are seen. */
export async function watchPlans(): Promise<PlanWatch> {
  const questions: Question[] = []
  const { connect } = MongoClient.prototype
  MongoClient.prototype.connect = function (this: MongoClient) {
    // Left out of its types; without it the driver tells nobody of its commands.
    Reflect.set(this, 'monitorCommands', true)
    this.on('commandStarted', ({ commandName, command }) => questions.push(...questionsIn(commandName, command)))
    return connect.call(this)
  }
  // Tokens do not grow old while a large organisation is made.
  const startedAt = new Date()
  const server = await startServer({ now: () => startedAt }).finally(() => {
    MongoClient.prototype.connect = connect
  })
  questions.length = 0
  return {
    server,
    async explain() {
      const kinds = new Map(questions.splice(0).map((question) => [JSON.stringify(question), question]))
      const explained: Explained[] = []
      for (const question of kinds.values()) explained.push(await explainOne(server, question))
      questions.length = 0
      return explained
    },
  }
}

async function explainOne({ app }: TestServer, question: Question): Promise<Explained> {
  const { collection, filter, options } = question
  const { queryPlanner, executionStats } = await app.connection
    .getClient()
    .db(app.connection.name)
    .command({
      explain: { find: collection, filter, ...options },
      verbosity: 'executionStats',
    })
  const text = JSON.stringify(queryPlanner.winningPlan)
  const index = text.includes('COLLSCAN') ? 'COLLSCAN' : (/"indexName":"(\w+)"/.exec(text)?.[1] ?? '_id_')
  return { ...question, index, examined: executionStats.totalDocsExamined }
}

/** Whatever looks for documents, as a find; of commands that look for none, nothing. */
function questionsIn(name: string, command: Document): Question[] {
  const ask = (filter: Document, options: Document = {}) => [{ collection: command[name], filter, options }]
  switch (name) {
    case 'find':
      return ask(command.filter, optionsOf(command, ['sort', 'hint', 'limit']))
    case 'findAndModify':
      return ask(command.query, optionsOf(command, ['sort', 'hint']))
    case 'update':
      return command.updates.flatMap(({ q }: Document) => ask(q))
    case 'delete':
      return command.deletes.flatMap(({ q }: Document) => ask(q))
    case 'count':
      return ask(command.query)
    case 'distinct':
      return ask(command.query)
    case 'aggregate': {
      const [stage] = command.pipeline
      return stage?.$match === undefined ? [] : ask(stage.$match)
    }
    default:
      return []
  }
}

const optionsOf = (command: Document, names: readonly string[]): Document =>
  Object.fromEntries(names.flatMap((name) => (command[name] === undefined ? [] : [[name, command[name]]])))
