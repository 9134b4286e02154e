import { useState } from 'react'
import { TextLink } from '../ui/text-link.tsx'
import { LinkNote } from './link-note.tsx'
import { NewPassword } from './new-password.tsx'
import { RequestReset } from './request-reset.tsx'
import { forgetToken, useToken } from './token.ts'

/** Asks for the mail, or, opened by the link in it, for the new password. */
export default function ResetPasswordPage() {
  const [outcome, setOutcome] = useState<'set' | 'over'>()
  const token = useToken('/reset-password')
  const settle = (next: 'set' | 'over') => {
    setOutcome(next)
    forgetToken()
  }
  if (token !== undefined) return <NewPassword key={token} token={token} onSettled={settle} />
  if (outcome === 'set') {
    return (
      <LinkNote title="Your password is changed" action={<TextLink to="/sign-in">Sign in</TextLink>}>
        All your sessions have ended. Sign in with the new one.
      </LinkNote>
    )
  }
  return <RequestReset wasOver={outcome === 'over'} />
}
