import type { AnyPermission, Permission, Role, RolecallEvent } from '@rolecall/contract'
import { builtInRoleIds, builtInRoles, completed, developerPermissionsWithMembers } from '@rolecall/contract'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { RolecallError } from '../sdk/src/error.ts'
import { createRolesKeeper } from '../sdk/src/live/roles.ts'

type Read = { readonly roles: readonly Role[]; readonly seq: number }
type CustomRole = Role & { readonly id: `rol_${string}` }

const builtIn: readonly Role[] = builtInRoleIds.map((id) => {
  const { name, description, permissions } = builtInRoles[id]
  return { id, name, description, permissions: [...permissions], builtIn: true }
})
const choices: readonly Permission[] = ['member:read', 'billing:read', 'repository:write']

/** A server’s roles and log, its answers on their way, and its events on theirs, each as late as the test likes. */
function aWorld() {
  const custom = new Map<string, CustomRole>()
  /** What built-in roles permit that is not as they come. */
  const special = new Map<string, AnyPermission[]>()
  const sent: RolecallEvent[] = []
  const requests: { answer?: Read; resolve(answer: Read): void; reject(error: Error): void }[] = []
  let seq = 0
  let ids = 0

  const happen = (type: `${'role' | 'organisation' | 'permissions'}.${string}`, data: object) => {
    seq += 1
    const common = {
      id: `evt_${seq}`,
      log: 'org_1',
      seq,
      at: '2026-01-01T00:00:00Z',
      affects: [],
      hash: '',
      cursor: '',
    }
    const actor = { kind: 'account' as const, id: 'acc_admin', name: 'Ada' }
    sent.push({ ...common, actor, audience: 'organisation:read', type, data } as unknown as RolecallEvent)
  }
  const pickOf = (pick: number) => [...custom.values()][pick % Math.max(1, custom.size)]
  const permissionsFor = (pick: number) => [...completed(choices.slice(0, pick % (choices.length + 1)))]

  return {
    happen,
    sent,
    requests,
    roles: (): readonly Role[] =>
      [
        ...builtIn.map((role) => ({ ...role, permissions: special.get(role.id) ?? role.permissions })),
        ...[...custom.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      ].map((role) => ({ ...role })),
    read: (signal: AbortSignal) =>
      new Promise<Read>((resolve, reject) => {
        const request = { resolve, reject }
        requests.push(request)
        signal.addEventListener('abort', () => {
          requests.splice(requests.indexOf(request), 1)
          reject(signal.reason)
        })
      }),
    create(pick: number) {
      ids += 1
      const role: CustomRole = {
        id: `rol_${ids}`,
        name: `Role ${String((pick * 7) % 100).padStart(3, '0')} ${String(ids).padStart(4, '0')}`,
        description: '',
        permissions: permissionsFor(pick),
        builtIn: false,
      }
      custom.set(role.id, role)
      happen('role.created', { role })
    },
    update(pick: number) {
      const role = pickOf(pick)
      if (role === undefined) return
      const { id, builtIn: _, ...before } = role
      const after = { ...before, name: `${role.name}x`, permissions: permissionsFor(pick) }
      custom.set(id, { ...role, ...after })
      happen('role.updated', { role: { id, name: after.name }, before, after })
    },
    remove(pick: number) {
      const role = pickOf(pick)
      if (role === undefined) return
      custom.delete(role.id)
      happen('role.deleted', { role: { id: role.id, name: role.name } })
    },
    show(pick: number) {
      const permissions = pick % 2 === 0 ? builtInRoles.developer.permissions : developerPermissionsWithMembers
      special.set('developer', [...permissions])
      happen('organisation.settings_changed', { developer: { permissions } })
    },
    declare(pick: number) {
      const own: AnyPermission[] = pick % 3 === 0 ? [] : ['report:read']
      const holding = ['admin', ...(pick % 2 === 0 ? ['manager'] : [])]
      const changed = builtIn
        .filter(({ id }) => id === 'admin' || id === 'manager')
        .map(({ id: role, permissions }) => ({
          role,
          permissions: [...permissions, ...(holding.includes(role) ? own : [])],
        }))
      for (const { role, permissions } of changed) special.set(role, permissions)
      happen('permissions.declared', { roles: changed })
    },
    /** The server reads; its answer comes with `answer`. */
    prepare() {
      const request = requests[0]
      if (request !== undefined) request.answer ??= { roles: this.roles(), seq }
    },
    answer() {
      const request = requests[0]
      if (request?.answer === undefined) return
      requests.shift()
      request.resolve(request.answer)
    },
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const changes = ['create', 'update', 'remove', 'show', 'declare'] as const
const steps = [
  ...changes,
  'prepare',
  'answer',
  ...Array.from({ length: 4 }, () => 'deliver' as const),
  'resync',
] as const

describe('the SDK’s view of roles', () => {
  it('E31 is exact however the answer, events and resyncs interleave', async () => {
    const step = fc.record({ kind: fc.constantFrom(...steps), pick: fc.nat(20) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (script) => {
        const world = aWorld()
        world.create(1)
        world.create(2)
        world.sent.length = 0
        const keeper = createRolesKeeper(world.read)
        const deliver = () => {
          const event = world.sent.shift()
          if (event !== undefined) keeper.apply(event)
        }
        keeper.read()
        for (const { kind, pick } of script) {
          if (kind === 'deliver') deliver()
          else if (kind === 'resync') {
            // What was on its way is lost.
            world.sent.length = 0
            keeper.reload()
          } else world[kind](pick)
          await turn()
        }
        while (world.sent.length > 0) deliver()
        while (world.requests.length > 0) {
          world.prepare()
          world.answer()
          await turn()
        }
        expect(keeper.view.snapshot).to.deep.equal({ status: 'live', rows: world.roles() })
      }),
      { numRuns: 300 },
    )
  })

  it('E31 shows nothing older than what was read', async () => {
    const world = aWorld()
    const keeper = createRolesKeeper(world.read)
    keeper.read()
    world.create(1)
    world.update(0)
    world.prepare()
    world.answer()
    await keeper.view.ready
    const { snapshot } = keeper.view
    expect(snapshot.rows).to.deep.equal(world.roles())
    for (const event of world.sent) {
      keeper.apply(event)
      expect(keeper.view.snapshot).to.equal(snapshot)
    }
  })

  it('follows what a setting gives Developers', async () => {
    const world = aWorld()
    const keeper = createRolesKeeper(world.read)
    keeper.read()
    world.prepare()
    world.answer()
    await keeper.view.ready
    const developer = { permissions: [...developerPermissionsWithMembers] }
    world.happen('organisation.settings_changed', { developer })
    for (const event of world.sent) keeper.apply(event)
    expect(keeper.view.get('developer')?.permissions).to.include('member:read')
    expect(keeper.view.rows.map(({ id }) => id)).to.deep.equal(builtInRoleIds)
  })

  it('shows nothing until all was read, and nothing once it has ended', async () => {
    const world = aWorld()
    const keeper = createRolesKeeper(world.read)
    keeper.read()
    world.create(1)
    for (const event of world.sent) keeper.apply(event)
    expect(keeper.view.snapshot).to.deep.equal({ status: 'loading', rows: [] })
    world.prepare()
    world.answer()
    await keeper.view.ready
    const [role] = world.roles().filter((one) => !one.builtIn)
    expect(role && keeper.view.get(role.id)).to.deep.equal(role)
    keeper.end()
    expect(keeper.view.snapshot).to.deep.equal({ status: 'ended', rows: [] })
    keeper.read()
    keeper.reload()
    expect(world.requests).to.deep.equal([])
  })

  it('leaves it to the end of access when reading is refused, and reads anew after a resync', async () => {
    const world = aWorld()
    const keeper = createRolesKeeper(world.read)
    keeper.read()
    world.requests.shift()?.reject(new RolecallError({ code: 'not_found' }))
    await turn()
    expect(keeper.view.status).to.equal('loading')
    keeper.read()
    world.prepare()
    world.answer()
    await keeper.view.ready
    expect(keeper.view.status).to.equal('live')
  })
})
