import { lazy } from 'react'

// The dialogs are loaded when they are first opened: a page is there sooner without them.
export const InviteDialog = lazy(() => import('./invitations/invite-dialog.tsx'))
export const InvitationDialog = lazy(() => import('./invitations/invitation-dialog.tsx'))
export const MemberDialog = lazy(() => import('./members/member-dialog.tsx'))
// With the dialogs that it opens: a file of its own would have what they share cut smaller, which is more to load.
export const SelectionBar = lazy(async () => ({
  default: (await import('./members/member-dialog.tsx')).SelectionBar,
}))
export const DeleteRoleDialog = lazy(() => import('./roles/delete-role-dialog.tsx'))
export const LeaveDialog = lazy(() => import('./members/leave-dialog.tsx'))
export const CreateOrganisationDialog = lazy(() => import('./organisations/create-organisation-dialog.tsx'))
export const TransferDialog = lazy(() => import('./settings/transfer-dialog.tsx'))
export const DeleteOrganisationDialog = lazy(() => import('./settings/delete-organisation-dialog.tsx'))
export const DeleteAccountDialog = lazy(() => import('./account/delete-account-dialog.tsx'))
export const NavigationDrawer = lazy(() => import('./frame/navigation-drawer.tsx'))
