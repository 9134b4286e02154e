import { CommandError } from '../errors.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { isNumber, nearestDouble, numericOf } from '../values/numbers.ts'

/**
 * MongoDB's fail points, as far as its tests of drivers use them: a command that fails, or whose connection breaks, when
 * a test asks for it. Only an engine that is started for tests has them.
 * Source: https://github.com/mongodb/mongo/wiki/The-%22failCommand%22-fail-point
 */
const names = ['failCommand', 'failGetMoreAfterCursorCheckout', 'onPrimaryTransactionalWrite'] as const

type FailPointName = (typeof names)[number]

export interface FailPoints {
  configure(name: string, mode: unknown, data: Doc): void
  /** What the fail point says if it is to work now; `isMeant` looks whether it is for this occasion. */
  hit(name: FailPointName, isMeant?: (data: Doc) => boolean): Doc | undefined
  /** Remembers by what name a connection's application introduced itself. */
  greeted(connection: object, client: Doc): void
  applicationOf(connection: object): string | undefined
}

interface Setting {
  skips: number
  /** How often it works yet. */
  times: number
  readonly data: Doc
}

export const createFailPoints = (): FailPoints => {
  const settings = new Map<string, Setting>()
  const applications = new WeakMap<object, string>()
  return {
    configure(name, mode, data) {
      if (!(names as readonly string[]).includes(name)) throw new CommandError('BadValue', `${name} not found`)
      const setting = { ...readMode(mode), data }
      if (setting.times > 0) settings.set(name, setting)
      else settings.delete(name)
    },
    hit(name, isMeant = () => true) {
      const setting = settings.get(name)
      if (!setting || !isMeant(setting.data)) return undefined
      if (setting.skips > 0) {
        setting.skips -= 1
        return undefined
      }
      setting.times -= 1
      if (setting.times === 0) settings.delete(name)
      return setting.data
    },
    greeted(connection, { application }) {
      if (isDoc(application) && typeof application.name === 'string') applications.set(connection, application.name)
    },
    applicationOf: (connection) => applications.get(connection),
  }
}

const readMode = (mode: unknown): { skips: number; times: number } => {
  if (mode === 'alwaysOn') return { skips: 0, times: Number.POSITIVE_INFINITY }
  if (mode === 'off') return { skips: 0, times: 0 }
  if (isDoc(mode) && isNumber(mode.times)) return { skips: 0, times: nearestDouble(numericOf(mode.times)) }
  if (isDoc(mode) && isNumber(mode.skip)) {
    return { skips: nearestDouble(numericOf(mode.skip)), times: Number.POSITIVE_INFINITY }
  }
  throw new CommandError('BadValue', "A fail point's mode is 'off', 'alwaysOn', { times } or { skip }")
}
