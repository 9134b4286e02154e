import { backoffMs, sleep } from '../backoff.ts'
import { isRolecallError, type RolecallError } from '../error.ts'

/** What the server says of what one may not see; also of what one saw a moment ago. */
export const isLost = ({ code }: RolecallError): boolean => code === 'forbidden' || code === 'not_found'

/** Reads until it succeeds, is refused for good or is given up; undefined but where it succeeded. */
export async function retrying<Value>(
  signal: AbortSignal,
  isFinal: (error: RolecallError) => boolean,
  read: () => Promise<Value>,
): Promise<Value | undefined> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      if (attempt > 0) await sleep(backoffMs(attempt, 500, 30_000), signal)
      return await read()
    } catch (error) {
      if (signal.aborted) return undefined
      if (!isRolecallError(error)) throw error
      if (isFinal(error)) return undefined
    }
  }
  return undefined
}
