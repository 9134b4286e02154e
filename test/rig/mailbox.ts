/** The mails of a server that has no SMTP_URL, as it shows them to whoever develops on this machine. */
import { setTimeout as pause } from 'node:timers/promises'

interface ShownMail {
  readonly id: string
  readonly kind: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

const handedOut = new Set<string>()

/** The newest mail of a kind to this address that no earlier call has answered; resolves when it comes. */
export async function mailTo(
  url: string,
  to: string,
  kind = 'invitation',
): Promise<ShownMail & { readonly token: string }> {
  for (;;) {
    const response = await fetch(`${url}/dev/mail`, { headers: { Accept: 'application/json' } })
    const { data } = (await response.json()) as { data: readonly ShownMail[] }
    const mail = data.find((one) => one.to === to && one.kind === kind && !handedOut.has(one.id))
    if (mail !== undefined) {
      handedOut.add(mail.id)
      return { ...mail, token: /#token=(\S+)/.exec(mail.text)?.[1] ?? '' }
    }
    await pause(25)
  }
}
