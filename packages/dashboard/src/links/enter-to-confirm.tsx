import { useSession } from '../session/session-context.ts'
import { SignInForm } from '../session/sign-in-form.tsx'
import { WelcomeLayout } from '../session/welcome-layout.tsx'
import { TextLink } from '../ui/text-link.tsx'

/** For whoever has the mail and is not signed in: signs in to the account that it is about, and is then asked. */
export function EnterToConfirm() {
  const { enter } = useSession()
  return (
    <WelcomeLayout
      title="Sign in to confirm"
      about="Sign in to your account, and then confirm its address."
      below={
        <>
          Forgot the password, or never chose one? <TextLink to="/reset-password">Reset it</TextLink>: that confirms the
          address as well.
        </>
      }
    >
      <SignInForm onSignedIn={(account) => enter(account)} />
    </WelcomeLayout>
  )
}
