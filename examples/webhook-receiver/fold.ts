/**
 * What has happened, folded into what is: an organisation with its members and roles. Each event says what is after it,
 * so that folding one over a state that knows of it already changes nothing, once all that follow are folded too.
 */
import type { EventOfType, EventType, Member, Organisation, Role, RolecallEvent } from '@rolecall/sdk'

export interface Folded {
  /** Everything up to here in the log is in it. */
  readonly position: number
  /** Without what is the reader’s own there, such as their role. */
  readonly organisation: Pick<Organisation, 'id' | 'name' | 'description' | 'developersSeeMembers'>
  readonly members: Readonly<Record<string, Member>>
  readonly roles: Readonly<Record<string, Role>>
}

/** Webhooks come at least once: what was folded before is passed over. So are types of events that are not known here. */
export function fold(state: Folded, event: RolecallEvent): Folded {
  if (event.log !== state.organisation.id || event.seq <= state.position) return state
  return {
    position: event.seq,
    organisation: organisationAfter(state.organisation, event),
    members: membersAfter(state.members, event),
    roles: rolesAfter(state.roles, event),
  }
}

function organisationAfter(organisation: Folded['organisation'], event: RolecallEvent): Folded['organisation'] {
  switch (event.type) {
    case 'organisation.renamed':
    case 'organisation.described':
    case 'organisation.settings_changed':
      return { ...organisation, ...event.data.after }
    default:
      return organisation
  }
}

function rolesAfter(roles: Folded['roles'], event: RolecallEvent): Folded['roles'] {
  switch (event.type) {
    case 'role.created':
      return { ...roles, [event.data.role.id]: event.data.role }
    case 'role.updated': {
      const { id } = event.data.role
      return { ...roles, [id]: { id, ...event.data.after, builtIn: false } }
    }
    case 'role.deleted':
      return without(roles, event.data.role.id)
    case 'organisation.settings_changed': {
      const { developer } = roles
      return developer === undefined ? roles : { ...roles, developer: { ...developer, ...event.data.developer } }
    }
    case 'permissions.declared':
      return { ...roles, ...permitting(roles, event) }
    default:
      return roles
  }
}

/** The roles that permit something else from an event on. */
function permitting(roles: Folded['roles'], { data }: EventOfType<'permissions.declared'>): Folded['roles'] {
  return Object.fromEntries(
    data.roles.flatMap(({ role: id, permissions }) => {
      const role = roles[id]
      return role === undefined ? [] : [[id, { ...role, permissions }]]
    }),
  )
}

function membersAfter(members: Folded['members'], event: RolecallEvent): Folded['members'] {
  switch (event.type) {
    case 'member.added':
      return { ...members, [event.data.member.id]: event.data.member }
    case 'member.removed':
      return without(members, event.data.member.id)
    case 'member.role_changed':
      return changed(members, event, () => ({ role: event.data.after.role }))
    case 'member.suspended':
      return changed(members, event, () => ({ status: 'suspended' }))
    case 'member.resumed':
      return changed(members, event, () => ({ status: 'active' }))
    case 'member.updated':
      return changed(members, event, ({ account }) => ({ account: { ...account, ...event.data.after } }))
    case 'role.deleted':
      return replaced(members, event)
    default:
      return members
  }
}

function changed(
  members: Folded['members'],
  { data }: EventOfType<Extract<EventType, `member.${string}`>>,
  change: (member: Member) => Partial<Member>,
): Folded['members'] {
  const { id } = data.member
  const member = members[id]
  return member === undefined ? members : { ...members, [id]: { ...member, ...change(member) } }
}

/** All who held a role that was deleted have the one that replaces it: one event, however many they are. */
function replaced(members: Folded['members'], { data }: EventOfType<'role.deleted'>): Folded['members'] {
  const { role, replacement } = data
  if (replacement === undefined) return members
  return Object.fromEntries(
    Object.entries(members).map(([id, member]) => [
      id,
      member.role === role.id ? { ...member, role: replacement.role } : member,
    ]),
  )
}

function without<Value>(record: Readonly<Record<string, Value>>, key: string): Readonly<Record<string, Value>> {
  const { [key]: _, ...rest } = record
  return rest
}
