/**
 * The name of the unique index that refused a write (E11000), or undefined for any other error. Each feature maps the
 * indexes that are its own to a problem of its own.
 */
export function duplicateKeyOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && at.code === 11000) return /index: (\S+?)(?: collation| dup key|$)/.exec(at.message)?.[1]
  }
  return undefined
}
