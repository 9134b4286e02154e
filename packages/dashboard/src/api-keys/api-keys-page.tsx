import { Button } from '@mantine/core'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { Allowed } from '../organisations/allowed.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { Page } from '../ui/page.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { useWatched } from '../ui/use-watched.ts'
import { KeyDialog, type KeyDialogRequest } from './key-dialog.tsx'
import { KeyList } from './key-list.tsx'
import { useAnnouncedKeys } from './use-announced-keys.ts'

export default function ApiKeysPage() {
  return (
    <Allowed needs="apikey:manage">
      <ApiKeys />
    </Allowed>
  )
}

/** The keys of the organisation, as they are now. */
function ApiKeys() {
  const { name, live } = useOrganisation()
  const { status, rows } = useWatched(live.apiKeys)
  const [dialog, setDialog] = useState<KeyDialogRequest>()
  useAnnouncedKeys()
  const issue = (
    <Button leftSection={<IconPlus size={18} stroke={1.8} />} onClick={() => setDialog({ kind: 'issue' })}>
      Issue an API key
    </Button>
  )
  return (
    <Page
      title="API keys"
      about={`Programs that act in ${name} in their own name, each with a role.`}
      action={(status !== 'live' || rows.length > 0) && issue}
    >
      {status === 'loading' && rows.length === 0 && (
        <AfterAMoment>
          <RowSkeletons rows={3} />
        </AfterAMoment>
      )}
      {status === 'live' && rows.length === 0 && (
        <Empty icon={<IconKey size={26} stroke={1.6} />} title="No API keys yet" action={issue}>
          A key lets a program call the API, follow along live and push to repositories. It never does more than its
          role, nor than whoever issued it may still grant.
        </Empty>
      )}
      {rows.length > 0 && <KeyList keys={rows} onAsk={setDialog} />}
      {dialog !== undefined && <KeyDialog request={dialog} onClose={() => setDialog(undefined)} />}
    </Page>
  )
}
