/** For apps with permissions of their own: who may do what, from memory, as it happens. */
export type { EndReason } from '../live/live.ts'
export type { Decision, GuardState, Reason } from './followed.ts'
export { createGuard, type Guard, GuardError, type GuardOptions } from './guard.ts'
export type { Caller, GuardedRequest, RequireOptions, RequirePermission, RoutedRequest } from './middleware.ts'
