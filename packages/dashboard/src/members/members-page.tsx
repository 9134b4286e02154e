import { Button } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { Suspense, useState } from 'react'
import { useSearchParams } from 'react-router'
import { InviteDialog, MemberDialog } from '../dialogs.ts'
import { PendingInvitations } from '../invitations/pending-invitations.tsx'
import { Allowed } from '../organisations/allowed.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import { useWatched } from '../ui/use-watched.ts'
import { useAnnouncedChanges } from './announce-changes.ts'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import { MemberList } from './member-list.tsx'

export default function MembersPage() {
  return (
    <Allowed needs="member:read">
      <Members />
    </Allowed>
  )
}

function Members() {
  const { name, live, permissions, me, roles } = useOrganisation()
  const { rows, status } = useWatched(live.members)
  useAnnouncedChanges(live, me.account, roles)
  const [parameters, setParameters] = useSearchParams()
  const [dialog, setDialog] = useState<MemberDialogRequest>()
  const mayManage = permissions.includes('member:manage')
  const isInviting = mayManage && parameters.has('invite')
  const invite = () => setParameters({ invite: '' })

  return (
    <Page
      title="Members"
      about={`Who is in ${name}, and with which role. You see changes as they are made.`}
      action={
        mayManage && (
          <Button leftSection={<IconUserPlus size={18} stroke={1.8} />} onClick={invite}>
            Invite
          </Button>
        )
      }
    >
      <PendingInvitations />
      <MemberList rows={rows} status={status} onAsk={setDialog} onInvite={mayManage ? invite : undefined} />
      <Suspense>{isInviting && <InviteDialog onClose={() => setParameters({}, { replace: true })} />}</Suspense>
      <Suspense>
        {dialog !== undefined && <MemberDialog request={dialog} onClose={() => setDialog(undefined)} />}
      </Suspense>
    </Page>
  )
}
