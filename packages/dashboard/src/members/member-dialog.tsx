import type { BuiltInRole } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { ChangeRoleDialog } from './change-role-dialog.tsx'
import { LeaveDialog } from './leave-dialog.tsx'
import { RemoveMemberDialog } from './remove-member-dialog.tsx'

/** What somebody is about to do with a member. */
export type MemberDialogRequest =
  | { readonly kind: 'change-role'; readonly member: MemberRow; readonly role?: BuiltInRole }
  | { readonly kind: 'remove'; readonly member: MemberRow }
  | { readonly kind: 'leave' }

export function MemberDialog({ request, onClose }: { request: MemberDialogRequest; onClose: () => void }) {
  switch (request.kind) {
    case 'change-role':
      return <ChangeRoleDialog member={request.member} role={request.role} onClose={onClose} />
    case 'remove':
      return <RemoveMemberDialog member={request.member} onClose={onClose} />
    case 'leave':
      return <LeaveDialog onClose={onClose} />
  }
}
