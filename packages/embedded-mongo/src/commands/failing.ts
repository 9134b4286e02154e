import type { FailPoints } from '../engine/fail-points.ts'
import { CommandError } from '../errors.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import type { Connection } from '../wire/connection.ts'
import * as fields from './fields.ts'

/** How a command fails by `failCommand`: not at all, after it was run, or instead of being run. */
export interface Failing {
  /** Fields that its answer gets besides. */
  readonly besides: { readonly writeConcernError?: Doc }
  readonly labels: readonly string[] | undefined
}

/**
 * Does what the fail point `failCommand` says of this command. Throws the error with which it is to be answered instead
 * of being run; the connection may be gone after it.
 */
export const failCommand = async (
  failPoints: FailPoints,
  connection: Connection,
  body: Doc,
): Promise<Failing | undefined> => {
  const [name = ''] = Object.keys(body)
  if (isDoc(body.client)) failPoints.greeted(connection, body.client)
  if (name === 'configureFailPoint') return undefined
  const data = failPoints.hit('failCommand', (settings) => {
    const commands = fields.list(settings, 'failCommands') ?? []
    const application = fields.optionalText(settings, 'appName')
    const isItsClient = application === undefined || application === failPoints.applicationOf(connection)
    return commands.includes(name) && isItsClient
  })
  if (!data) return undefined
  if (fields.flag(data, 'blockConnection')) await pause(fields.count(data, 'blockTimeMS') ?? 0)
  if (fields.flag(data, 'closeConnection')) {
    connection.drop()
    throw new CommandError('SocketException', "Connection closed by the fail point 'failCommand'")
  }
  const labels = fields.list(data, 'errorLabels')?.map(String)
  const code = fields.whole(data, 'errorCode')
  if (code !== undefined) throw new FailPointError(code, labels)
  const { writeConcernError } = data
  return { labels, besides: isDoc(writeConcernError) ? { writeConcernError } : {} }
}

/** Its labels, if the test names some, are all that it has. */
export class FailPointError extends CommandError {
  readonly labels: readonly string[] | undefined

  constructor(code: number, labels?: readonly string[]) {
    super(code, "Failing command via 'failCommand' failpoint", { errorLabels: labels ?? [] })
    this.labels = labels
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
