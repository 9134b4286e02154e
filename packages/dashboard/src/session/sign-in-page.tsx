import { TextLink } from '../ui/text-link.tsx'
import { useSession } from './session-context.ts'
import { SignInForm } from './sign-in-form.tsx'
import { WelcomeLayout } from './welcome-layout.tsx'

export default function SignInPage() {
  const { enter } = useSession()
  return (
    <WelcomeLayout
      title="Sign in"
      about="Welcome back. Your organisations are where you left them."
      below={
        <>
          <TextLink to="/reset-password">Forgot password?</TextLink> · New here?{' '}
          <TextLink to="/sign-up">Create an account</TextLink>
        </>
      }
    >
      <SignInForm onSignedIn={(account) => enter(account)} />
    </WelcomeLayout>
  )
}
