import type { RoleId } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'

/** What somebody is about to do with a member, or with many. */
export type MemberDialogRequest =
  | { readonly kind: 'change-role'; readonly member: MemberRow; readonly role?: RoleId }
  | { readonly kind: 'suspend' | 'resume' | 'remove'; readonly member: MemberRow }
  | { readonly kind: 'change-roles' | 'remove-many'; readonly members: readonly MemberRow[] }
  | { readonly kind: 'leave' }
