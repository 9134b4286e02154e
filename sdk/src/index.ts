/** Typed client for Rolecall: organisations, members and roles, live. */
export type {
  Access,
  AccessToken,
  Account,
  Answer,
  AnyEvent,
  AnyPermission,
  ApiKey,
  Application,
  Assignability,
  BillingDetails,
  BuiltInRole,
  Commit,
  DeclaredPermission,
  EventData,
  EventOfType,
  EventType,
  Feature,
  Input,
  Invitation,
  Invoice,
  InvoiceSummary,
  Member,
  OperationName,
  Organisation,
  OwnPermission,
  Permission,
  Problem,
  ProblemCode,
  ReceivedInvitation,
  Repository,
  Resync,
  Revoked,
  Role,
  RolecallEvent,
  RoleGrant,
  RoleHolder,
  RoleId,
  Session,
  SessionInfo,
  Webhook,
  WebhookAttempt,
  WebhookDelivery,
  WholeWebhookDelivery,
} from '@rolecall/contract'
export {
  adminOnlyPermissions,
  builtInRoles,
  canAssign,
  completed,
  holds,
  isBuiltIn,
  isOurs,
  permissions,
  permissionsOf,
} from '@rolecall/contract'
export { type ErrorCode, RolecallError } from './error.ts'
export type { List, ListPage } from './list.ts'
export type { ApiKeysSnapshot, ApiKeysView } from './live/api-keys.ts'
export type { Unsubscribe } from './live/emitter.ts'
export type { ViewStatus } from './live/entries.ts'
export type { ConnectionStatus } from './live/follower.ts'
export type { InvitationRow, InvitationsSnapshot, InvitationsView } from './live/invitations.ts'
export type {
  EndReason,
  Live,
  LiveAccess,
  LiveMessages,
  LiveOptions,
  LiveSnapshot,
  LiveStatus,
} from './live/live.ts'
export type { MemberRow, MembersSnapshot, MembersView } from './live/members.ts'
export type { LiveOrganisation } from './live/organisation-change.ts'
export type { OrganisationsSnapshot, OrganisationsView } from './live/organisations.ts'
export type { RolesSnapshot, RolesView } from './live/roles.ts'
export type { RowChange } from './live/rows.ts'
export type { RowsSnapshot, RowsView } from './live/rows-view.ts'
export type { Watched } from './live/store.ts'
export type { CallOptions, Method, Resource, Resources } from './resources.ts'
export { Rolecall, type RolecallOptions } from './rolecall.ts'
export type { SignedOutReason, TokenStore } from './session.ts'
