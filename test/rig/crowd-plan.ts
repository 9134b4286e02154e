import type { BuiltInRole } from '@rolecall/contract'
import { expect } from 'chai'
import type { Command } from './crowd-command.ts'
import { memberCommands } from './crowd-members.ts'
import { organisationCommands } from './crowd-organisations.ts'
import type { Scene } from './crowd-scene.ts'
import { socketCommands } from './crowd-sockets.ts'
import { insist } from './insist.ts'

type Plan = (command: Command) => readonly [lanes: readonly string[], act: () => Promise<void>]

/** What may not overtake each other, and what is done. */
export function createPlan(scene: Scene): Plan {
  const { apiAs } = scene
  const { hold, rest, exchange, leave } = memberCommands(scene)
  const { compose, dissolve, set, deleteAndRestore, rename } = organisationCommands(scene)
  const { personOf, open, unsubscribe, close, endSession } = socketCommands(scene)

  /** One that is dissolved meanwhile nobody can be given. */
  const laneOf = (organisation: number, role: BuiltInRole | number | undefined): string[] =>
    typeof role === 'number' ? [`role ${organisation} ${role}`] : []

  return (command) => {
    switch (command.do) {
      case 'hold':
        return [
          [`member ${command.person}`, ...laneOf(command.organisation, command.role)],
          () => hold(command.organisation, command.person, command.role),
        ]
      case 'rest':
        return [[`member ${command.person}`], () => rest(command.organisation, command.person, command.isSuspended)]
      case 'compose':
        return [
          laneOf(command.organisation, command.role),
          () => compose(command.organisation, command.role, command.permissions),
        ]
      case 'dissolve':
        return [
          laneOf(command.organisation, command.role),
          () => dissolve(command.organisation, command.role, command.replacement),
        ]
      case 'exchange':
        return [
          command.people.map((person) => `member ${person}`),
          () => exchange(command.organisation, command.people, command.role),
        ]
      case 'let developers see':
        return [[], () => set(command.organisation, 'PATCH', '', { developersSeeMembers: command.isShown })]
      case 'declare': {
        const permissions = command.roles === undefined ? [] : [{ name: 'report:read', roles: command.roles }]
        return [[], () => set(command.organisation, 'PUT', '/own-permissions', { permissions })]
      }
      case 'delete and restore':
        return [[], () => deleteAndRestore(command.organisation)]
      case 'leave':
        return [
          [`member ${command.person}`, `sockets ${command.person}`],
          () => leave(command.organisation, command.person),
        ]
      case 'rename':
        return [[], () => rename(command.organisation, command.times)]
      case 'call':
        return [
          [`sockets ${command.person}`],
          async () => {
            const called = await insist(() => apiAs(command.person)('PATCH', '/account', { name: command.name }))
            expect(called.status, called.text).to.equal(200)
          },
        ]
      case 'open':
        return [[`sockets ${personOf(command.socket)}`], () => open(command.socket, command.organisations)]
      case 'unsubscribe':
        return [[`sockets ${personOf(command.socket)}`], () => unsubscribe(command.socket, command.organisation)]
      case 'close':
        return [[`sockets ${personOf(command.socket)}`], () => close(command.socket, command.isAbrupt)]
      case 'end session':
        return [[`sockets ${command.person}`], () => endSession(command.person)]
    }
  }
}
