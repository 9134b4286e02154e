import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { ConfirmAddress } from './confirm-address.tsx'
import { EnterToConfirm } from './enter-to-confirm.tsx'
import { LinkNote } from './link-note.tsx'
import { forgetToken, useToken } from './token.ts'

/** Where the mails lead that confirm an address, of a new account or a changed one: by whoever is signed in to it. */
export default function VerifyEmailPage() {
  const { account } = useSession()
  const [isConfirmed, setConfirmed] = useState(false)
  const token = useToken('/verify-email')

  if (token === undefined && isConfirmed) {
    return (
      <LinkNote title="Your address is confirmed">
        {account !== undefined && `You are signed in as ${account.name}. `}Sessions elsewhere have ended.
      </LinkNote>
    )
  }
  if (token === undefined) {
    return (
      <LinkNote title="Open the link in your mail">
        For safety it is not kept when this page is loaded anew: open it once more, or have another mail sent from your
        account.
      </LinkNote>
    )
  }
  if (account === undefined) return <EnterToConfirm />
  return (
    <ConfirmAddress
      key={`${account.id} ${token}`}
      token={token}
      account={account}
      onConfirmed={() => {
        setConfirmed(true)
        forgetToken()
      }}
    />
  )
}
