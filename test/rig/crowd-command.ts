import type { BuiltInRole, Permission } from '@rolecall/contract'

/** People, organisations, sockets and custom roles are named by their numbers. */
export type Command =
  /** Gives somebody a role, or takes it away: adds, changes or removes. */
  | { readonly do: 'hold'; organisation: number; person: number; role: BuiltInRole | number | undefined }
  /** Suspends somebody, or resumes them. */
  | { readonly do: 'rest'; organisation: number; person: number; isSuspended: boolean }
  /** Widens or narrows one of the organisation’s own roles. */
  | { readonly do: 'compose'; organisation: number; role: number; permissions: readonly Permission[] }
  /** Puts another role in the place of one of the organisation’s own, and makes that one anew. */
  | { readonly do: 'dissolve'; organisation: number; role: number; replacement: BuiltInRole }
  /** Gives several people another role in one change. */
  | { readonly do: 'exchange'; organisation: number; people: readonly number[]; role: BuiltInRole }
  | { readonly do: 'let developers see'; organisation: number; isShown: boolean }
  /** Declares a permission of the organisation’s own, for these beside Admin. */
  | { readonly do: 'declare'; organisation: number; roles: readonly BuiltInRole[] | undefined }
  /** Deletes the organisation and restores it, while nothing else is done. */
  | { readonly do: 'delete and restore'; organisation: number }
  | { readonly do: 'leave'; organisation: number; person: number }
  | { readonly do: 'rename'; organisation: number; times: number }
  /** Changes a person’s name, in the logs of all their organisations at once. */
  | { readonly do: 'call'; person: number; name: string }
  /** Connects where that is needed, and goes on after what was heard last. */
  | { readonly do: 'open'; socket: number; organisations: readonly number[] }
  | { readonly do: 'unsubscribe'; socket: number; organisation: number }
  | { readonly do: 'close'; socket: number; isAbrupt: boolean }
  | { readonly do: 'end session'; person: number }
