import { useDisclosure } from '@mantine/hooks'
import { IconBuilding, IconShieldCheck, IconUserPlus } from '@tabler/icons-react'
import { Suspense } from 'react'
import { useNavigate } from 'react-router'
import { SentNote } from '../account/sent-note.tsx'
import { CreateOrganisationDialog, InviteDialog } from '../dialogs.ts'
import { useAccount } from '../session/session-context.ts'
import { Page } from '../ui/page.tsx'
import { NextStep } from './next-step.tsx'
import { useOrganisation } from './organisation-context.ts'
import classes from './welcome-page.module.css'

/** Where a sign-up ends: in one’s own organisation, with what one could do next. */
export default function WelcomePage() {
  const { id, name } = useOrganisation()
  const account = useAccount()
  const navigate = useNavigate()
  const [isAdding, adding] = useDisclosure(false)
  const [isCreating, creating] = useDisclosure(false)
  return (
    <Page
      title={`Welcome, ${account.name}`}
      about={`This is your own organisation, ${name}. It stays with you. What comes next?`}
    >
      {!account.emailVerified && (
        <div className={classes.note}>
          <SentNote to={account.email}>Its link confirms that the address is yours.</SentNote>
        </div>
      )}
      <ol className={classes.steps}>
        <NextStep icon={IconUserPlus} title="Invite somebody" action="Invite somebody" onAct={adding.open}>
          Give a colleague a role, by email address. Who has an account sees it the moment you do it.
        </NextStep>
        <NextStep icon={IconBuilding} title="Add an organisation" action="Add an organisation" onAct={creating.open}>
          One for your company or each of your clients, apart from your own. You are its Admin.
        </NextStep>
        <NextStep
          icon={IconShieldCheck}
          title="See the roles"
          action="Look at the roles"
          onAct={() => navigate(`/o/${id}/roles`)}
        >
          Admin, Manager, Developer, Accounting: what each of them may do, in one table.
        </NextStep>
      </ol>
      <Suspense>{isAdding && <InviteDialog onClose={adding.close} />}</Suspense>
      <Suspense>{isCreating && <CreateOrganisationDialog onClose={creating.close} />}</Suspense>
    </Page>
  )
}
