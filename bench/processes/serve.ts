/** The end of a measured process that listens to the bench. */

type Handlers = Readonly<Record<string, (argument: never) => unknown>>

interface Request {
  readonly id: number
  readonly name: string
  readonly argument: never
}

/** Answers the bench's calls, and ends with it. `stop` closes what is open. */
export function serve(handlers: Handlers, stop: () => Promise<unknown> = async () => undefined): void {
  const all: Handlers = { ...common, ...handlers }
  const end = () => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('disconnect', end)
  process.on('message', ({ id, name, argument }: Request) => {
    if (name === 'stop') {
      end()
      return
    }
    Promise.resolve()
      .then(() => all[name]?.(argument))
      .then(
        (value) => process.send?.({ id, value }),
        (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.stack : String(error) }),
      )
  })
  process.send?.({ id: 0 })
}

/** What the process was started with. */
export const argument = (): string => process.argv[2] ?? ''

/** Of all processes of a machine alike, in milliseconds. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

const common: Handlers = {
  /** Milliseconds of processor time, of all threads, since the start. */
  cpuMs() {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000
  },
  /** After a collection, so that garbage does not count. */
  memory() {
    for (let round = 0; round < 3; round += 1) globalThis.gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    return { rss, used: heapUsed + external }
  },
}
