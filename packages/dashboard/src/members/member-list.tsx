import { Button } from '@mantine/core'
import type { MemberRow, ViewStatus } from '@rolecall/sdk'
import { IconUsers } from '@tabler/icons-react'
import { Suspense, useCallback, useDeferredValue, useState } from 'react'
import { SelectionBar } from '../dialogs.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { DownloadButton } from '../ui/download-button.tsx'
import { Empty } from '../ui/empty.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { type Arrangement, arrange, everyone } from './arrange.ts'
import { useWithDeparted } from './departed.ts'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import { MemberTable } from './member-table.tsx'
import { MemberToolbar } from './member-toolbar.tsx'
import { useSelection } from './selection.ts'
import { useSteadyOrder } from './steady-order.ts'

/** The members, searched and sorted as one types. */
export function MemberList(props: {
  rows: readonly MemberRow[]
  status: ViewStatus
  onAsk: (request: MemberDialogRequest) => void
  onInvite: (() => void) | undefined
}) {
  const { id, live, me, permissions, roles } = useOrganisation()
  const selection = useSelection(props.rows)
  const mayManage = permissions.includes('member:manage')
  const [arrangement, setArrangement] = useState<Arrangement>(everyone)
  // Typing stays smooth: a long list follows as soon as there is time.
  const deferred = useDeferredValue(arrangement)
  const inOrder = useCallback((rows: readonly MemberRow[]) => arrange(rows, roles, deferred), [roles, deferred])
  const { rows, waiting, showWaiting } = useSteadyOrder({
    rows: useWithDeparted(live, props.rows, me.account),
    arrange: inOrder,
    isComplete: props.status === 'live',
    self: me.account,
  })

  if (props.rows.length === 0) {
    return (
      <AfterAMoment>
        <RowSkeletons />
      </AfterAMoment>
    )
  }
  return (
    <>
      <MemberToolbar
        arrangement={arrangement}
        onChange={setArrangement}
        shown={rows.length}
        total={props.rows.length}
        waiting={waiting}
        onShowWaiting={showWaiting}
        action={
          <DownloadButton
            of="members"
            read={() => rolecall.members.list({ organisation: id, sort: 'name' }).as('text/csv')}
          />
        }
      />
      <Suspense>
        {mayManage && selection.members.length > 0 && <SelectionBar selection={selection} onAsk={props.onAsk} />}
      </Suspense>
      {rows.length === 0 ? (
        <Empty icon={<IconUsers size={26} stroke={1.6} />} title="Nobody by that name">
          No member’s name or email address matches, with the role and status that you chose.
        </Empty>
      ) : (
        <MemberTable
          rows={rows}
          arrangement={arrangement}
          onArrange={setArrangement}
          onAsk={props.onAsk}
          selection={mayManage ? selection : undefined}
        />
      )}
      {props.rows.length === 1 && props.onInvite !== undefined && (
        <Empty
          icon={<IconUsers size={26} stroke={1.6} />}
          title="You are the only one here"
          action={<Button onClick={props.onInvite}>Invite somebody</Button>}
        >
          Invite somebody by email, and choose what they may do. Whoever has an account sees the organisation at once.
        </Empty>
      )}
    </>
  )
}
