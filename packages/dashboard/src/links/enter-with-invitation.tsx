import { Stack } from '@mantine/core'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { SignInForm } from '../session/sign-in-form.tsx'
import { SignUpForm } from '../session/sign-up-form.tsx'
import { WelcomeLayout } from '../session/welcome-layout.tsx'
import { TextButton } from '../ui/text-button.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { DeclineButton } from './decline-button.tsx'
import { InvitationDetails } from './invitation-details.tsx'
import type { InvitationPreview } from './use-preview.ts'

/** For whoever is invited and not signed in: signs in or up with the invited address, and is then asked. */
export function EnterWithInvitation(props: { invitation: InvitationPreview; token: string; onDeclined: () => void }) {
  const { organisation, email, hasAccount } = props.invitation
  const { enter } = useSession()
  const [hasOne, setHasOne] = useState(hasAccount)
  const toggle = <TextButton onAct={() => setHasOne(!hasOne)}>{hasOne ? 'Create an account' : 'Sign in'}</TextButton>
  return (
    <WelcomeLayout
      title={`Join ${organisation.name}`}
      about={hasOne ? 'Sign in, and then accept.' : 'Create your account, and then accept.'}
      below={
        hasOne ? (
          <>
            <TextLink to="/reset-password">Forgot password?</TextLink> · New here? {toggle}
          </>
        ) : (
          <>Already here? {toggle}</>
        )
      }
    >
      <Stack gap="lg">
        <InvitationDetails invitation={props.invitation} />
        {hasOne ? (
          <SignInForm email={email} onSignedIn={(account) => enter(account)} />
        ) : (
          <SignUpForm email={email} onSignedUp={(account) => enter(account)} />
        )}
        <DeclineButton token={props.token} onDeclined={props.onDeclined} />
      </Stack>
    </WelcomeLayout>
  )
}
