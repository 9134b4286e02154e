/**
 * What the mails say. What somebody else has chosen (names) stands in quotes and cannot become a link; mails to an
 * address that nobody has confirmed yet hold no such text at all, else signing up would send anybody's words to anybody.
 */

/** A mail as text in parts; `render` makes a plain and an HTML version of it. */
export interface Letter {
  readonly subject: string
  readonly paragraphs: readonly string[]
  /** The one thing to do. */
  readonly action?: { readonly label: string; readonly url: string }
  readonly closing?: string
}

/** Makes the address of a page of the dashboard. A token goes into the fragment, which opening sends to no server. */
export type Link = (page: string, token?: string) => string

const notMe = 'If that was not you, ignore this mail: nothing happens without you.'

export const letters = {
  email_verification: ({ token }: { token: string }, link: Link): Letter => ({
    subject: 'Confirm your email address',
    paragraphs: ['This address was given for an account. If it is yours, sign in and confirm it.'],
    action: { label: 'Confirm the address', url: link('/verify-email', token) },
    closing: `The link can be used once, within three days. ${notMe}`,
  }),
  password_reset: ({ token }: { token: string }, link: Link): Letter => ({
    subject: 'Choose a new password',
    paragraphs: ['Somebody has asked to reset the password of the account with this address.'],
    action: { label: 'Choose a new password', url: link('/reset-password', token) },
    closing: `The link can be used once, within an hour. ${notMe}`,
  }),
  password_changed: (_: Record<never, never>, link: Link): Letter => ({
    subject: 'Your password was changed',
    paragraphs: [
      'The password of your account was changed, and all other sessions have ended.',
      'If that was not you, reset the password at once.',
    ],
    action: { label: 'Reset the password', url: link('/reset-password') },
  }),
  email_change: ({ token }: { token: string }, link: Link): Letter => ({
    subject: 'Confirm your new email address',
    paragraphs: ['An account is to have this address from now on. If it is yours, sign in and confirm it.'],
    action: { label: 'Confirm the address', url: link('/verify-email', token) },
    closing: `The link can be used once, within a day. ${notMe}`,
  }),
  email_change_taken: (_: Record<never, never>, link: Link): Letter => ({
    subject: 'You have an account already',
    paragraphs: [
      'Somebody has asked for another account to have this address, but there is an account with it already.',
      'If that was you, sign in with this address, or reset its password.',
    ],
    action: { label: 'Sign in', url: link('/') },
    closing: notMe,
  }),
  email_changed: ({ email }: { email: string }, _: Link): Letter => ({
    subject: 'Your email address was changed',
    paragraphs: [
      `Your account now has the address ${quoted(email)}. Mails for it go there, and no longer to this address.`,
      'If that was not you, turn to whoever runs this server.',
    ],
  }),
  invitation: (
    data: { token: string; organisation: string; inviter: string; role: string; expiresAt: string },
    link: Link,
  ): Letter => ({
    subject: `You are invited to ${quoted(data.organisation)}`,
    paragraphs: [
      `${quoted(data.inviter)} invites you to the organisation ${quoted(data.organisation)}, as ${data.role}.`,
    ],
    action: { label: 'See the invitation', url: link('/invitations', data.token) },
    closing: `It can be accepted until ${day(data.expiresAt)}. If you do not know who this is, ignore this mail.`,
  }),
  webhook_paused: ({ organisation, endpoint, owner }: StoppedWebhook & { owner: string }, link: Link): Letter => ({
    subject: `A webhook of ${quoted(organisation.name)} is paused`,
    paragraphs: [
      `The webhook of the organisation ${quoted(organisation.name)} to ${quoted(endpoint)} gets nothing at present: ${quoted(owner)}, who owns it, may manage webhooks no longer.`,
      'Nothing is lost. Once somebody adopts it, it goes on where it stopped, with what they may see.',
    ],
    action: { label: 'See the webhooks', url: link(`/o/${organisation.id}/webhooks`) },
  }),
  webhook_disabled: (
    { organisation, endpoint, reason }: StoppedWebhook & { reason: 'failing' | 'gone' },
    link: Link,
  ): Letter => ({
    subject: `A webhook of ${quoted(organisation.name)} is disabled`,
    paragraphs: [
      `The webhook of the organisation ${quoted(organisation.name)} to ${quoted(endpoint)} gets nothing any more: ${
        reason === 'gone' ? 'it answered that it is gone (410).' : 'it has taken nothing for five days.'
      }`,
      'Once it is resumed, it goes on where it stopped.',
    ],
    action: { label: 'See the webhooks', url: link(`/o/${organisation.id}/webhooks`) },
  }),
} satisfies Record<string, (data: never, link: Link) => Letter>

interface StoppedWebhook {
  readonly organisation: { readonly id: string; readonly name: string }
  /** The host that it is posted to: the rest of an address may hold a secret. */
  readonly endpoint: string
}

export type MailKind = keyof typeof letters
/** What the letter of a kind is made of. */
export type LetterData<Kind extends MailKind> = Parameters<(typeof letters)[Kind]>[0]

/** Somebody's words, in quotes. A joiner of no width keeps mail programs from making links of what looks like one. */
function quoted(text: string): string {
  return `“${text.replace(/[.:@/](?=\S)/g, '$&\u2060')}”`
}

function day(timestamp: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(timestamp))
}
