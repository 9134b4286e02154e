import { Button } from '@mantine/core'
import { RolecallError } from '@rolecall/sdk'
import { IconCircleCheck, IconMailQuestion } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { rolecall } from '../rolecall.ts'
import { useAccount, useSession } from '../session/session-context.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import classes from './email-state.module.css'
import { SentNote } from './sent-note.tsx'

/** One’s address, and whether it is confirmed; if not, the mail can be sent again. */
export function EmailState() {
  const { email, emailVerified } = useAccount()
  const { setAccount } = useSession()
  const [sentTo, setSentTo] = useState<string>()
  const look = useAction(async () => setAccount(await rolecall.accounts.read()))
  useLookingAgain(emailVerified ? undefined : look.run)
  const send = useAction(async () => {
    try {
      const sent = await rolecall.accounts.sendVerification({})
      setSentTo(sent.email)
    } catch (error) {
      if (!(error instanceof RolecallError) || error.code !== 'email_verified') throw error
      // Meanwhile, in another tab or browser.
      await look.run()
    }
  })
  return (
    <div className={classes.state}>
      <p className={classes.line}>
        <span className={classes.email}>{email}</span>
        <span className={classes.mark} data-verified={emailVerified || undefined}>
          {emailVerified ? (
            <>
              <IconCircleCheck size={16} aria-hidden /> Confirmed
            </>
          ) : (
            <>
              <IconMailQuestion size={16} aria-hidden /> Not confirmed
            </>
          )}
        </span>
      </p>
      {!emailVerified && (
        <>
          <p className={classes.about}>
            Follow the link in the mail that was sent there. Until then you cannot see invitations here, and may not be
            added to organisations.
          </p>
          <ProblemNote error={send.error} />
          {sentTo === undefined ? (
            <Button variant="default" loading={send.isPending} onClick={() => send.run()}>
              Send the mail again
            </Button>
          ) : (
            <SentNote to={sentTo}>Links of earlier mails are not valid any more.</SentNote>
          )}
        </>
      )}
    </div>
  )
}

/** The link in the mail is followed elsewhere: looked at again when one comes back to the page. */
function useLookingAgain(look: (() => unknown) | undefined): void {
  const latest = useRef(look)
  latest.current = look
  useEffect(() => {
    const again = () => latest.current?.()
    window.addEventListener('focus', again)
    return () => window.removeEventListener('focus', again)
  }, [])
}
