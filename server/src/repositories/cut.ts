/** Why an exchange with a git client was ended before it was over. */
export type CutReason =
  /** The client went away. */
  | 'client'
  /** It neither sent nor took anything for too long. */
  | 'idle'
  /** It took longer than it may. */
  | 'time'
  /** It sent more than it may, or what cannot be unpacked. */
  | 'body'
  /** Whoever it is for may not any more. */
  | 'access'
  /** The server stops. */
  | 'stop'

/** An exchange that was ended before it was over. There is nobody left to answer. */
export class Cut extends Error {
  readonly reason: CutReason

  constructor(reason: CutReason) {
    super(`an exchange with a git client was cut: ${reason}`)
    this.name = 'Cut'
    this.reason = reason
  }
}
