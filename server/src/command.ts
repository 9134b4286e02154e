/** What the programs beside the server have in common: how they say what is wrong, and how they end. */
import { parseArgs } from 'node:util'
import { ConfigError } from './config.ts'
import { DatabaseError } from './database/database-error.ts'

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** A command line that cannot be followed, or something that it names which cannot be used. The message is for people. */
export class CommandError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'CommandError'
  }
}

/**
 * The options of a command line, all of which are texts or switches. Throws with `usage` what is not among them.
 * `flags` are the switches.
 */
export function readOptions<Name extends string, Flag extends string>(
  {
    options,
    flags,
    usage,
  }: { readonly options: readonly Name[]; readonly flags: readonly Flag[]; readonly usage: string },
  args: readonly string[] = process.argv.slice(2),
): { readonly [Key in Name]?: string } & { readonly [Key in Flag]?: boolean } {
  const known = [
    ...options.map((name) => [name, { type: 'string' }] as const),
    ...flags.map((name) => [name, { type: 'boolean' }] as const),
  ]
  try {
    const { values } = parseArgs({ args: [...args], options: Object.fromEntries(known), allowPositionals: false })
    // What was just parsed by the table has these names and no others.
    return values as { readonly [Key in Name]?: string } & { readonly [Key in Flag]?: boolean }
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n${usage}`, error)
  }
}

/** Runs a program, which answers its exit code; it ends with 2 when it cannot do what it is for. */
export function runCommand(main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exitCode = code
    },
    (error: unknown) => {
      process.stderr.write(`${explain(error)}\n`)
      process.exitCode = 2
    },
  )
}

/** For what the person who called it can mend, the message alone; else what there is to know. */
function explain(error: unknown): string {
  const isMendable = error instanceof CommandError || error instanceof ConfigError || error instanceof DatabaseError
  if (isMendable) return error.message
  return String(error instanceof Error ? error.stack : error)
}
