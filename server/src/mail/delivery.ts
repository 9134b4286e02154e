import type { MailKind } from './letters.ts'
import type { Rendered } from './render.ts'

/** A mail as it is handed over. */
export interface OutgoingMail extends Rendered {
  readonly id: string
  readonly kind: MailKind
  readonly to: string
  readonly date: Date
}

/** A way for mails to leave. */
export interface Delivery {
  /** Where mails go, for people: without credentials. */
  readonly destination: string
  /** Throws `Refused` where trying again is of no use. */
  deliver(mail: OutgoingMail, signal: AbortSignal): Promise<void>
}

/** The recipient's server will never take this mail. */
export class Refused extends Error {
  constructor(cause: unknown) {
    super('the mail was refused for good', { cause })
    this.name = 'Refused'
  }
}

export interface Sender {
  readonly name: string
  readonly address: string
}

/** The same at each attempt, so that whoever gets a mail twice can tell. */
export function headersOf({ id, to, date, subject, text, html }: OutgoingMail, from: Sender) {
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  return {
    from,
    // Objects: as text, an address with a comma in it would be two, or another one.
    to: { name: '', address: to },
    envelope: { from: from.address, to: [{ name: '', address: to }] },
    subject,
    text,
    html,
    date,
    messageId: `<${id}@${domain}>`,
    // RFC 3834: no answers from out-of-office programs.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
