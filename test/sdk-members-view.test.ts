import type { EventOfType, Member, RolecallEvent } from '@rolecall/contract'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { createList, type ListPage } from '../sdk/src/list.ts'
import { createMembersKeeper } from '../sdk/src/live/members.ts'

const organisation = 'org_1'
const roles = ['admin', 'manager', 'developer', 'accounting', 'rol_1', 'rol_2'] as const
const pageSize = 2

type WorldEvent = EventOfType<Extract<RolecallEvent['type'], `member.${string}`> | 'role.deleted'>

/** A server’s members and log, its answers on their way, and its events on theirs, each as late as the test likes. */
function aWorld() {
  const members = new Map<string, Member>()
  const sent: RolecallEvent[] = []
  const requests: { after: string | undefined; page?: ListPage<Member>; resolve(page: ListPage<Member>): void }[] = []
  let seq = 0
  let ids = 0

  const happen = (change: Pick<WorldEvent, 'type' | 'data'>) => {
    seq += 1
    const common = {
      id: `evt_${seq}`,
      log: organisation,
      seq,
      at: '2026-01-01T00:00:00Z',
      affects: [],
      hash: '',
      cursor: '',
    }
    const actor = { kind: 'account' as const, id: 'acc_admin', name: 'Ada' }
    const audience = change.type === 'role.deleted' ? 'organisation:read' : 'member:read'
    sent.push({ ...common, actor, audience, ...change } as RolecallEvent)
  }
  const grantOf = (role: (typeof roles)[number]) => ({ role, permissions: [] })
  const named = ({ id, account }: Member) => ({ id, account: { id: account.id, name: account.name } })

  return {
    members,
    sent,
    requests,
    list: (signal: AbortSignal) =>
      createList<Member>(
        (after) =>
          new Promise((resolve, reject) => {
            const request = { after, resolve }
            requests.push(request)
            signal.addEventListener('abort', () => {
              requests.splice(requests.indexOf(request), 1)
              reject(signal.reason)
            })
          }),
      ),
    add() {
      ids += 1
      const id = `mem_${String(ids).padStart(4, '0')}`
      const account = { id: `acc_${ids}`, name: `Person ${ids}`, email: `${ids}@example.com` }
      const member: Member = {
        id,
        organisation,
        account,
        role: 'developer',
        status: 'active',
        since: '2026-01-01T00:00:00Z',
      }
      members.set(id, member)
      happen({ type: 'member.added', data: { member } })
    },
    change(pick: number) {
      const member = [...members.values()][pick % members.size]
      const role = roles[pick % roles.length]
      if (member === undefined || role === undefined) return
      members.set(member.id, { ...member, role })
      const data = { member: named(member), before: { role: member.role }, after: { role } }
      happen({ type: 'member.role_changed', data })
    },
    rest(pick: number) {
      const member = [...members.values()][pick % members.size]
      if (member === undefined) return
      const isActive = member.status === 'active'
      members.set(member.id, { ...member, status: isActive ? 'suspended' : 'active' })
      const grant = { role: member.role, permissions: [] }
      if (isActive) happen({ type: 'member.suspended', data: { member: named(member), before: grant } })
      else happen({ type: 'member.resumed', data: { member: named(member), after: grant } })
    },
    /** A custom role goes, and comes back as if it were another. */
    dissolve(pick: number) {
      const [role, replacement] = [roles[4 + (pick % 2)], roles[pick % 4]]
      if (role === undefined || replacement === undefined) return
      for (const member of members.values()) {
        if (member.role === role) members.set(member.id, { ...member, role: replacement })
      }
      const data = { role: { id: role, name: 'Custom' }, replacement: grantOf(replacement) }
      happen({ type: 'role.deleted', data } as Pick<WorldEvent, 'type' | 'data'>)
    },
    rename(pick: number) {
      const member = [...members.values()][pick % members.size]
      if (member === undefined) return
      const { name, email } = member.account
      const after = { name: `${name}’`, email }
      members.set(member.id, { ...member, account: { ...member.account, ...after } })
      happen({ type: 'member.updated', data: { member: named(member), before: { name, email }, after } })
    },
    remove(pick: number) {
      const member = [...members.values()][pick % members.size]
      if (member === undefined) return
      members.delete(member.id)
      happen({
        type: 'member.removed',
        data: { member: named(member), before: { role: member.role }, reason: 'removed' },
      })
    },
    /** The server reads the page that is asked for; its answer comes with `answer`. */
    read() {
      const request = requests[0]
      if (request === undefined || request.page !== undefined) return
      const after = [...members.values()].filter(({ id }) => request.after === undefined || id > request.after)
      const data = after.slice(0, pageSize)
      request.page = { data, seq, ...(after.length > pageSize ? { next: data.at(-1)?.id } : {}) }
    },
    answer() {
      const request = requests[0]
      if (request?.page === undefined) return
      requests.shift()
      request.resolve(request.page)
    },
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

const steps = [
  'add',
  'change',
  'rename',
  'rest',
  'dissolve',
  'remove',
  ...Array.from({ length: 2 }, () => ['read', 'answer'] as const).flat(),
  // Else what is sent piles up, and comes when nothing is being read.
  ...Array.from({ length: 6 }, () => 'deliver' as const),
  'resync',
  'hide',
  'show',
] as const

describe('the SDK’s view of members', () => {
  it('E31 is exact however pages, events, resyncs and one’s own role interleave', async () => {
    const step = fc.record({ kind: fc.constantFrom(...steps), pick: fc.nat(20) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (script) => {
        const world = aWorld()
        for (let one = 0; one < 5; one++) world.add()
        world.sent.length = 0
        const keeper = createMembersKeeper(world.list)
        let canRead = true
        const permit = (next: boolean) => {
          canRead = next
          keeper.permit(next)
        }
        const deliver = () => {
          const event = world.sent.shift()
          if (event !== undefined && (canRead || event.audience === 'organisation:read')) keeper.apply(event)
        }
        permit(true)
        for (const { kind, pick } of script) {
          if (kind === 'deliver') deliver()
          else if (kind === 'hide') permit(false)
          else if (kind === 'show') permit(true)
          else if (kind === 'resync') {
            // What was on its way is lost.
            world.sent.length = 0
            keeper.reload()
          } else world[kind](pick)
          await turn()
          if (!canRead) expect(keeper.view.snapshot).to.deep.equal({ status: 'hidden', rows: [] })
        }
        permit(true)
        while (world.sent.length > 0) deliver()
        await turn()
        while (world.requests.length > 0) {
          world.read()
          world.answer()
          await turn()
        }
        expect(keeper.view.status).to.equal('live')
        expect(keeper.view.rows.map(({ change: _, ...member }) => member)).to.deep.equal([...world.members.values()])
      }),
      { numRuns: 300 },
    )
  })

  it('keeps showing the old rows until a resync has read the new ones', async () => {
    const world = aWorld()
    for (let one = 0; one < 5; one++) world.add()
    const keeper = createMembersKeeper(world.list)
    const readAll = async () => {
      while (world.requests.length > 0) {
        world.read()
        world.answer()
        await turn()
      }
    }
    keeper.permit(true)
    await readAll()
    await keeper.view.ready
    const shown: number[] = []
    keeper.view.subscribe(() => shown.push(keeper.view.rows.length))
    world.remove(0)
    world.add()
    world.add()
    keeper.reload()
    expect(keeper.view.snapshot.status).to.equal('live')
    await readAll()
    expect(shown).to.deep.equal([6])
  })

  it('E31 shows nothing older than what a page had, and no mark for it', async () => {
    const world = aWorld()
    world.add()
    world.sent.length = 0
    const keeper = createMembersKeeper(world.list)
    keeper.permit(true)
    world.change(1)
    world.change(3)
    world.read()
    world.answer()
    await turn()
    const { rows } = keeper.view
    expect(rows.map(({ role }) => role)).to.deep.equal(['accounting'])
    for (const event of world.sent) {
      keeper.apply(event)
      expect(keeper.view.rows).to.deep.equal(rows)
    }
  })

  it('E31 keeps what an event told when an older page comes late', async () => {
    const world = aWorld()
    const keeper = createMembersKeeper(world.list)
    keeper.permit(true)
    world.add()
    world.read()
    world.change(3)
    for (const event of world.sent) keeper.apply(event)
    const [row] = keeper.view.rows
    expect(row?.role).to.equal('accounting')
    world.answer()
    await turn()
    expect(keeper.view.rows[0]).to.equal(row)
    expect(keeper.view.status).to.equal('live')
  })
})
