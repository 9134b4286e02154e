import { Frame } from '../frame/frame.tsx'
import { useAccount } from '../session/session-context.ts'
import { TokenList } from '../tokens/token-list.tsx'
import { CopyableId } from '../ui/copyable-id.tsx'
import { Page } from '../ui/page.tsx'
import { Section } from '../ui/section.tsx'
import { DeleteAccount } from './delete-account.tsx'
import { EmailForm } from './email-form.tsx'
import { EmailState } from './email-state.tsx'
import { ExportAccount } from './export-account.tsx'
import { NameForm } from './name-form.tsx'
import { PasswordForm } from './password-form.tsx'
import { ReceivedInvitations } from './received-invitations.tsx'
import { RestorableOrganisations } from './restorable-organisations.tsx'
import { SessionList } from './session-list.tsx'

/** What is one's own, in whichever organisation. */
export default function AccountPage() {
  const { id, email } = useAccount()
  return (
    <Frame>
      <Page title="Your account" about={`${email}. What you change here holds in all your organisations.`} narrow>
        <ReceivedInvitations />
        <Section title="Name" about="Shown to the members of your organisations.">
          <NameForm />
        </Section>
        <Section title="Email" about="Where mails go, and what you sign in with.">
          <EmailState />
        </Section>
        <Section
          title="Change your email"
          about="The new address holds once you follow the link that is mailed there. The one before it is told, if it was confirmed."
        >
          <EmailForm key={email} />
        </Section>
        <Section title="Password" about="Changing it ends all your other sessions.">
          <PasswordForm />
        </Section>
        <Section title="Sessions" about="Where you are signed in. A session that you end is over at once.">
          <SessionList />
        </Section>
        <Section
          anchor="tokens"
          title="Tokens"
          about="Passwords for git clients, with your email address as user name. Changing your password revokes them."
        >
          <TokenList />
        </Section>
        <ExportAccount />
        <RestorableOrganisations />
        <Section title="Id" about="What programs know your account by.">
          <CopyableId id={id} />
        </Section>
        <DeleteAccount />
      </Page>
    </Frame>
  )
}
