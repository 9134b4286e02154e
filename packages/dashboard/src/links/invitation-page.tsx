import { Button } from '@mantine/core'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { Splash } from '../session/splash.tsx'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { inWords } from '../ui/place-error.ts'
import { AnswerInvitation } from './answer-invitation.tsx'
import { EnterWithInvitation } from './enter-with-invitation.tsx'
import { isSameAddress } from './is-same-address.ts'
import { LinkNote } from './link-note.tsx'
import { forgetToken, useToken } from './token.ts'
import { usePreview } from './use-preview.ts'
import { WrongAccount } from './wrong-account.tsx'

/** Where the mail of an invitation leads: what one is invited to, and the buttons that answer. */
export default function InvitationPage() {
  const [isDeclined, setDeclined] = useState(false)
  const token = useToken('/invitations')
  if (token === undefined && isDeclined) {
    return <LinkNote title="You declined">Whoever invited you sees that you did. They can invite you again.</LinkNote>
  }
  if (token === undefined) {
    return (
      <LinkNote title="Open the link in your mail">
        An invitation is answered by the link in its mail. For safety the link is not kept when this page is loaded
        anew: open it once more.
      </LinkNote>
    )
  }
  return (
    <Invitation
      key={token}
      token={token}
      onDeclined={() => {
        setDeclined(true)
        forgetToken()
      }}
    />
  )
}

function Invitation({ token, onDeclined }: { token: string; onDeclined: () => void }) {
  const { account } = useSession()
  const { preview, error, read } = usePreview(token)

  if (error !== undefined) {
    return error.code === 'network' || error.code === 'unavailable' ? (
      <LinkNote title="Rolecall cannot be reached" action={<Button onClick={read}>Try again</Button>}>
        {inWords(error)}
      </LinkNote>
    ) : (
      <LinkNote title="This invitation is over">
        It has expired, was answered or withdrawn, or its link was replaced by that of a later mail. Ask for another
        one.
      </LinkNote>
    )
  }
  if (preview === undefined) {
    return (
      <AfterAMoment>
        <Splash />
      </AfterAMoment>
    )
  }
  if (account === undefined) return <EnterWithInvitation invitation={preview} token={token} onDeclined={onDeclined} />
  if (!isSameAddress(account.email, preview.email)) return <WrongAccount invitation={preview} account={account} />
  return <AnswerInvitation invitation={preview} token={token} onDeclined={onDeclined} />
}
