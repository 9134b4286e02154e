/** A real SMTP server that takes what the server under test sends. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { atEnd } from './teardown.ts'

export interface ReceivedMail {
  readonly parsed: ParsedMail
  /** As it came over the wire. */
  readonly raw: string
  /** Whom the envelope names, not the header. */
  readonly recipients: readonly string[]
  readonly text: string
  /** The first link of the plain version, and the token in its fragment. */
  readonly link: string
  readonly token: string
}

export interface MailServer {
  readonly url: string
  readonly port: number
  /** The settings with which a server sends through this one. */
  readonly env: { readonly SMTP_URL: string; readonly MAIL_FROM: string }
  /** Everything that has come, in order. */
  readonly received: readonly ReceivedMail[]
  /** The first mail to this address, with such a subject, that no earlier call has answered; resolves when it comes. */
  next(to: string, subject?: RegExp): Promise<ReceivedMail>
  close(): Promise<void>
}

interface MailServerOptions {
  /** To come back where another one was. */
  readonly port?: number
  /** Answers for a recipient: a code such as 550 refuses it; undefined takes the mail. */
  readonly refuse?: (recipient: string) => number | undefined
  /** Asked for each recipient: with true the server never says another word of that mail. */
  readonly hang?: () => boolean
  /** Answers for a mail that has come, of which the sender then does not know that it has. */
  readonly fail?: () => number | undefined
}

export async function aMailServer({
  port = 0,
  refuse = () => undefined,
  hang = () => false,
  fail = () => undefined,
}: MailServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = []
  const handedOut = new Set<ReceivedMail>()
  const waiting = new Set<() => void>()

  const server = new SMTPServer({
    // Its built-in certificate is nobody's.
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onRcptTo({ address }, _session, callback) {
      if (hang()) return
      const code = refuse(address)
      callback(code === undefined ? null : Object.assign(new Error(`no mail for ${address}`), { responseCode: code }))
    },
    onData(stream, session, callback) {
      const recipients = session.envelope.rcptTo.map(({ address }) => address)
      receive(stream, recipients).then(() => {
        const code = fail()
        callback(code === undefined ? null : Object.assign(new Error('not now'), { responseCode: code }))
      }, callback)
    },
  })

  async function receive(stream: AsyncIterable<Buffer>, recipients: readonly string[]): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of stream) parts.push(part)
    const raw = Buffer.concat(parts).toString('latin1')
    const parsed = await simpleParser(Buffer.concat(parts))
    const text = parsed.text ?? ''
    const link = /^https?:\S+$/m.exec(text)?.[0] ?? ''
    const token = /#token=(\S+)$/.exec(link)?.[1] ?? ''
    received.push({ parsed, raw, recipients, text, link, token })
    for (const look of waiting) look()
  }

  const fits = (mail: ReceivedMail, to: string, subject: RegExp) =>
    mail.recipients.includes(to) && subject.test(mail.parsed.subject ?? '') && !handedOut.has(mail)

  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const { port: actual } = server.server.address() as AddressInfo
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= new Promise((done) => server.close(done))
    return closing
  }
  atEnd(close)

  const url = `smtp://127.0.0.1:${actual}`
  return {
    url,
    port: actual,
    env: { SMTP_URL: url, MAIL_FROM: 'Rolecall <rolecall@example.com>' },
    received,
    next: (to, subject = /./) =>
      new Promise((resolve) => {
        const look = () => {
          const mail = received.find((one) => fits(one, to, subject))
          if (mail === undefined) return
          waiting.delete(look)
          handedOut.add(mail)
          resolve(mail)
        }
        waiting.add(look)
        look()
      }),
    close,
  }
}
