/**
 * Members with a socket here and no subscription to the organisation hear of their access too. Who they are the
 * database says, which takes a moment: what they were told meanwhile is newer, and stands.
 */
import type { RoleId } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Logger } from 'pino'
import type { AccessModels, MembershipDocument } from '../access/documents.ts'
import type { LiveServer, LiveSocket } from './socket.ts'

interface Telling {
  readonly organisation: string
  /** Only those who hold `becomes`, as all do from here on who held `role`. */
  readonly change?: { readonly role: RoleId; readonly becomes: RoleId }
  /** Accounts that were told already. */
  readonly told: ReadonlySet<string>
}

interface UnderWay {
  readonly organisation: string
  /** Accounts, and roles whose holders are told something newer, whichever the database finds with them. */
  readonly outdated: Set<string>
  readonly outdatedRoles: Set<RoleId>
  isOver: boolean
}

export interface Unsubscribed {
  /** Hands over each member that is to be told, with their sockets. Outdates what the same members were to be told before. */
  tell(telling: Telling, act: (member: MembershipDocument, sockets: readonly string[]) => void): void
  /** The account was told something newer. */
  outdate(organisation: string, account: string): void
}

export function createUnsubscribed({
  io,
  memberships,
  logger,
}: {
  io: LiveServer
  memberships: AccessModels['memberships']
  logger: Logger
}): Unsubscribed {
  const { sockets } = io.of('/')
  const underWay = new Set<UnderWay>()

  function listening(organisation: string, isWanted: (account: string) => boolean): Map<string, LiveSocket[]> {
    const found = new Map<string, LiveSocket[]>()
    for (const socket of sockets.values()) {
      const { account } = socket.data.principal
      if (!isWanted(account) || socket.data.subscriptions.has(organisation)) continue
      found.set(account, [...(found.get(account) ?? []), socket])
    }
    return found
  }

  return {
    tell(telling, act) {
      const { organisation, change, told } = telling
      for (const other of underWay) {
        if (other.organisation !== organisation) continue
        if (change === undefined) other.isOver = true
        else other.outdatedRoles.add(change.role).add(change.becomes)
      }
      const accounts = [...listening(organisation, (account) => !told.has(account)).keys()]
      if (accounts.length === 0) return
      const own: UnderWay = { organisation, outdated: new Set(), outdatedRoles: new Set(), isOver: false }
      underWay.add(own)
      const wanted = { organisation, 'account.id': trusted({ $in: accounts }), status: 'active' as const }
      memberships
        .find(change === undefined ? wanted : { ...wanted, role: change.becomes })
        .lean()
        .then((members) => {
          if (own.isOver) return
          const present = listening(organisation, (account) => !own.outdated.has(account))
          for (const member of members) {
            if (own.outdatedRoles.has(member.role)) continue
            const ids = present.get(member.account.id)?.map(({ id }) => id) ?? []
            if (ids.length > 0) act(member, ids)
          }
        })
        .catch((error: unknown) => {
          logger.error({ err: error, organisation }, 'members could not be told of a change of their access')
        })
        .finally(() => underWay.delete(own))
    },
    outdate(organisation, account) {
      for (const other of underWay) if (other.organisation === organisation) other.outdated.add(account)
    },
  }
}
