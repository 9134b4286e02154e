import { ChangeRoleDialog } from './change-role-dialog.tsx'
import { ChangeRolesDialog } from './change-roles-dialog.tsx'
import LeaveDialog from './leave-dialog.tsx'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import { RemoveMemberDialog } from './remove-member-dialog.tsx'
import { RemoveMembersDialog } from './remove-members-dialog.tsx'
import { ResumeDialog } from './resume-dialog.tsx'
import { SuspendDialog } from './suspend-dialog.tsx'

export { SelectionBar } from './selection-bar.tsx'

export default function MemberDialog({ request, onClose }: { request: MemberDialogRequest; onClose: () => void }) {
  switch (request.kind) {
    case 'change-role':
      return <ChangeRoleDialog member={request.member} role={request.role} onClose={onClose} />
    case 'suspend':
      return <SuspendDialog member={request.member} onClose={onClose} />
    case 'resume':
      return <ResumeDialog member={request.member} onClose={onClose} />
    case 'remove':
      return <RemoveMemberDialog member={request.member} onClose={onClose} />
    case 'change-roles':
      return <ChangeRolesDialog members={request.members} onClose={onClose} />
    case 'remove-many':
      return <RemoveMembersDialog members={request.members} onClose={onClose} />
    case 'leave':
      return <LeaveDialog onClose={onClose} />
  }
}
