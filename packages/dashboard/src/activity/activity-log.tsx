import { NativeSelect, SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { Permission, RolecallEvent } from '@rolecall/contract'
import { IconActivity } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { ActivityList } from './activity-list.tsx'
import classes from './activity-log.module.css'
import { FormerRoleNames, roleNamesIn } from './role-names.ts'
import { useEvents } from './use-events.ts'

const subjects: readonly { value: string; label: string; needs?: Permission }[] = [
  { value: '', label: 'Everything' },
  { value: 'member.', label: 'Members' },
  { value: 'role.', label: 'Roles' },
  { value: 'invitation.', label: 'Invitations' },
  { value: 'application. repository.', label: 'Applications' },
  { value: 'webhook.', label: 'Webhooks' },
  { value: 'invoice.', label: 'Invoices', needs: 'billing:read' },
  { value: 'organisation.', label: 'Organisation' },
]

export function ActivityLog() {
  const { live, permissions } = useOrganisation()
  const { events, isComplete, error } = useEvents(live)
  const [subject, setSubject] = useState('')
  const shown = useMemo(
    () => events.filter(({ type }: RolecallEvent) => subject.split(' ').some((prefix) => type.startsWith(prefix))),
    [events, subject],
  )

  const formerNames = useMemo(() => roleNamesIn(events), [events])

  if (error !== undefined && events.length === 0) return <ProblemNote error={error} />
  if (!isComplete && events.length === 0) {
    return (
      <AfterAMoment>
        <RowSkeletons />
      </AfterAMoment>
    )
  }
  return (
    <>
      {permissions.includes('member:read') && <Subjects subject={subject} onChoose={setSubject} />}
      {shown.length === 0 ? (
        <Empty icon={<IconActivity size={26} stroke={1.6} />} title="Nothing yet">
          What is done here appears on this page as it is done, with who did it.
        </Empty>
      ) : (
        <FormerRoleNames value={formerNames}>
          <ActivityList events={shown} />
        </FormerRoleNames>
      )}
    </>
  )
}

/** What the log is narrowed to: side by side, or on a phone in a list. */
function Subjects({ subject, onChoose }: { subject: string; onChoose: (subject: string) => void }) {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  const { permissions } = useOrganisation()
  const data = subjects
    .filter(({ needs }) => needs === undefined || permissions.includes(needs))
    .map(({ value, label }) => ({ value, label }))
  const given = { data, value: subject, 'aria-label': 'What to show', className: classes.subjects ?? '' }
  return isNarrow ? (
    <NativeSelect {...given} onChange={(event) => onChoose(event.currentTarget.value)} />
  ) : (
    <SegmentedControl {...given} onChange={onChoose} />
  )
}
