import { Button } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { Allowed } from '../organisations/allowed.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import { useWatched } from '../ui/use-watched.ts'
import { AddMemberDialog } from './add-member-dialog.tsx'
import { useAnnouncedChanges } from './announce-changes.ts'
import { MemberDialog, type MemberDialogRequest } from './member-dialog.tsx'
import { MemberList } from './member-list.tsx'

export default function MembersPage() {
  return (
    <Allowed needs="member:read">
      <Members />
    </Allowed>
  )
}

function Members() {
  const { name, live, permissions, me } = useOrganisation()
  const { rows, status } = useWatched(live.members)
  useAnnouncedChanges(live, me.account)
  const [parameters, setParameters] = useSearchParams()
  const [dialog, setDialog] = useState<MemberDialogRequest>()
  const mayManage = permissions.includes('member:manage')
  const isAdding = mayManage && parameters.has('add')
  const add = () => setParameters({ add: '' })

  return (
    <Page
      title="Members"
      about={`Who is in ${name}, and with which role. You see changes as they are made.`}
      action={
        mayManage && (
          <Button leftSection={<IconUserPlus size={18} stroke={1.8} />} onClick={add}>
            Add a member
          </Button>
        )
      }
    >
      <MemberList rows={rows} status={status} onAsk={setDialog} onAdd={mayManage ? add : undefined} />
      {isAdding && <AddMemberDialog onClose={() => setParameters({}, { replace: true })} />}
      {dialog !== undefined && <MemberDialog request={dialog} onClose={() => setDialog(undefined)} />}
    </Page>
  )
}
