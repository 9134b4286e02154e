import { startServer } from '../../../packages/embedded-mongo/src/engine/server.ts'

// The engine without its worker. All is loaded before it is told where to begin, so that killing it a thousand times
// does not mean waiting a thousand times for Node and the sources.
export interface Order {
  readonly directory: string
  readonly oplogBytes: number
}

export type Report = { readonly loaded: true } | { readonly uri: string } | { readonly error: string }

const say = (report: Report): void => {
  process.send?.(report)
}

const fail = (error: unknown): void => say({ error: error instanceof Error ? String(error.stack) : String(error) })

process.on('message', ({ directory, oplogBytes }: Order) => {
  const settings = { directory, oplogBytes, oplogAgeMs: 7 * 24 * 60 * 60_000, testCommands: false }
  startServer(settings, { onBroken: fail, onUnexpected: fail }).then(({ uri }) => say({ uri }), fail)
})
process.on('disconnect', () => process.exit(0))
say({ loaded: true })
