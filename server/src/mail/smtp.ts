import type { NodemailerError } from 'nodemailer'
import { isLoopback } from '../address-group.ts'
import { type Delivery, headersOf, Refused, type Sender } from './delivery.ts'

/** Hands mails to the server of SMTP_URL, each over a connection of its own. */
export async function createSmtp(smtpUrl: string, from: Sender): Promise<Delivery> {
  // Not quick to load, and not needed without SMTP_URL.
  const { createTransport } = await import('nodemailer')
  const url = new URL(smtpUrl)
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    ...(mustEncrypt(url) ? { requireTLS: true } : {}),
  })
  return {
    destination: `by SMTP to ${url.host}`,
    async deliver(mail, signal) {
      try {
        await transport.sendMail({ ...headersOf(mail, from), signal })
      } catch (error) {
        throw error instanceof Error && isRefusal(error) ? new Refused(error) : error
      }
    },
  }
}

/** A password does not go through a network unencrypted, unless the setting says so in so many words. */
export function mustEncrypt({ username, hostname, searchParams }: URL): boolean {
  const isHere = hostname === 'localhost' || isLoopback(hostname.replace(/[[\]]/g, ''))
  return username !== '' && !isHere && !searchParams.has('requireTLS')
}

/** About this recipient or this mail. Refused sign-ins and senders are the operator's to mend, and are tried again. */
function isRefusal({ code, command, permanent, responseCode }: NodemailerError): boolean {
  if (code === 'EENVELOPE' && responseCode === undefined) return true
  return permanent === true && (command === 'RCPT TO' || command === 'DATA')
}
