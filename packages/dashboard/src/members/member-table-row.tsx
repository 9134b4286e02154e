import type { MemberRow } from '@rolecall/sdk'
import { memo } from 'react'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Person } from '../ui/person.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { YouTag } from '../ui/you-tag.tsx'
import { changeNote } from './change-note.ts'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import { MemberMenu } from './member-menu.tsx'
import classes from './member-table.module.css'
import { useRecentMark } from './recent-mark.ts'
import { RoleMenu } from './role-menu.tsx'
import { SelectBox } from './select-box.tsx'
import { useWhyNotSelect } from './selection.ts'
import { SuspendedTag } from './suspended-tag.tsx'

/** One member. What somebody else changed is marked for a moment, and says who it was. */
export const MemberTableRow = memo(function MemberTableRow(props: {
  member: MemberRow
  index: number
  onAsk: (request: MemberDialogRequest) => void
  /** Undefined where nobody can be selected. */
  isSelected: boolean | undefined
  onSelect: (id: string) => void
}) {
  const { member, onAsk, isSelected } = props
  const { id, me } = useOrganisation()
  const isMarked = useRecentMark(member, me.account)
  const { account, change } = member
  const isGone = change?.type === 'member.removed'
  return (
    <tr
      className={classes.row}
      aria-rowindex={props.index + 2}
      data-marked={isMarked || isGone || undefined}
      data-selected={isSelected || undefined}
      inert={isGone}
    >
      {isSelected !== undefined && <SelectCell member={member} isSelected={isSelected} onSelect={props.onSelect} />}
      <td className={classes.name}>
        <Link to={`/o/${id}/members/${member.id}`} className={classes.person}>
          <Person id={account.id} name={account.name} hint={account.id === me.account && <YouTag />}>
            {isMarked && change !== undefined ? (
              <span className={classes.note}>{changeNote(change, account.id)}</span>
            ) : (
              <>
                {member.status === 'suspended' && <SuspendedTag />} {account.email}
              </>
            )}
          </Person>
        </Link>
      </td>
      <td className={classes.role}>
        <RoleMenu member={member} onChoose={(role) => onAsk({ kind: 'change-role', member, role })} />
      </td>
      <td className={classes.since}>
        <RelativeTime at={member.since} />
      </td>
      <td className={classes.actions}>
        <MemberMenu member={member} onAsk={onAsk} />
      </td>
    </tr>
  )
})

function SelectCell(props: { member: MemberRow; isSelected: boolean; onSelect: (id: string) => void }) {
  const { member } = props
  return (
    <td className={classes.select}>
      <SelectBox
        label={`Select ${member.account.name}`}
        isChecked={props.isSelected}
        whyNot={useWhyNotSelect()(member)}
        onToggle={() => props.onSelect(member.id)}
      />
    </td>
  )
}
