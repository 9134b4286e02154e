import { TextLink } from '../ui/text-link.tsx'
import { useSession } from './session-context.ts'
import { SignUpForm } from './sign-up-form.tsx'
import { WelcomeLayout } from './welcome-layout.tsx'

export default function SignUpPage() {
  const { enter } = useSession()
  return (
    <WelcomeLayout
      title="Create your account"
      about="You get an organisation of your own at once. Add people to it, or create more."
      below={
        <>
          Already here? <TextLink to="/sign-in">Sign in</TextLink>
        </>
      }
    >
      <SignUpForm onSignedUp={(account, { id }) => enter(account, `/o/${id}/welcome`)} />
    </WelcomeLayout>
  )
}
