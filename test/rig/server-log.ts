/** What the servers of this run log. An error that no test has foreseen fails the run. */
interface Line {
  readonly level: string
  readonly msg: string
  readonly err?: { readonly message: string; readonly stack?: string }
  readonly test: string
  readonly raw: string
}

const lines: Line[] = []
/** Of these none is forgotten: they are looked at when the run ends. */
const errors: Line[] = []
const listening = new Set<(line: Line) => void>()
const expected: { readonly pattern: RegExp; hasCome: boolean; readonly test: string }[] = []
let currentTest = 'outside of tests'

export function noteTest(title: string): void {
  currentTest = title
}

/** A destination for pino. Keeps the lines in memory: nothing is printed unless it is wrong. */
export const serverLog = {
  write(raw: string): void {
    const { level, msg, err } = JSON.parse(raw) as Omit<Line, 'test' | 'raw'>
    const line = { level, msg, ...(err === undefined ? {} : { err }), test: currentTest, raw }
    if (level === 'error' || level === 'fatal') errors.push(line)
    lines.push(line)
    if (lines.length > 10_000) lines.shift()
    for (const hear of listening) hear(line)
  },
}

/** The last lines logged, as JSON texts: to see that something was logged, or that a secret was not. */
export function loggedLines(): readonly string[] {
  return lines.map((line) => line.raw)
}

/** Resolves once a line that fits has been logged since the run began. */
export function logged(pattern: RegExp): Promise<void> {
  if (lines.some(({ raw }) => pattern.test(raw))) return Promise.resolve()
  return new Promise((resolve) => {
    const hear = ({ raw }: Line) => {
      if (!pattern.test(raw)) return
      listening.delete(hear)
      resolve()
    }
    listening.add(hear)
  })
}

/** The lines that fit from now on, as JSON texts, however many are forgotten meanwhile. */
export function loggedFromNowOn(pattern: RegExp): readonly string[] {
  const found: string[] = []
  listening.add(({ raw }) => {
    if (pattern.test(raw)) found.push(raw)
  })
  return found
}

/** Counts the lines that fit from now on. */
export function countLogged(pattern: RegExp): () => number {
  const found = loggedFromNowOn(pattern)
  return () => found.length
}

/** Declares that the server will log an error which matches. A run fails too when it does not come. */
export function expectServerError(pattern: RegExp): void {
  expected.push({ pattern, hasCome: false, test: currentTest })
}

/** Throws when the servers have logged errors that nobody expected. */
export function checkServerLog(): void {
  const unexpected = errors.filter(({ raw }) => {
    const known = expected.find(({ pattern }) => pattern.test(raw))
    if (known !== undefined) known.hasCome = true
    return known === undefined
  })
  const missing = expected.filter(({ hasCome }) => !hasCome)
  if (unexpected.length === 0 && missing.length === 0) return
  const texts = [
    ...unexpected.map(({ test, msg, err }) => `in “${test}”: ${msg}\n${err?.stack ?? err?.message ?? ''}`),
    ...missing.map(({ test, pattern }) => `in “${test}”: expected an error that did not come: ${pattern}`),
  ]
  throw new Error(`The server logged errors that no test expected:\n\n${texts.join('\n\n')}`)
}
