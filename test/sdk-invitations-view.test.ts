import type { Invitation, RolecallEvent } from '@rolecall/contract'
import { expect } from 'chai'
import { createList, type ListPage } from '../sdk/src/list.ts'
import { createInvitationsKeeper } from '../sdk/src/live/invitations.ts'

const invitation = (id: string, expiresAt = '2026-01-08T00:00:00Z'): Invitation => ({
  id,
  organisation: 'org_1',
  email: `${id}@example.com`,
  role: 'developer',
  status: 'pending',
  inviter: { id: 'acc_admin', name: 'Ada' },
  createdAt: '2026-01-01T00:00:00Z',
  sentAt: '2026-01-01T00:00:00Z',
  expiresAt,
})

function event(seq: number, type: `invitation.${string}`, about: object): RolecallEvent {
  const actor = { kind: 'account' as const, id: 'acc_admin', name: 'Ada' }
  const at = '2026-01-01T00:00:00Z'
  const common = { id: `evt_${seq}`, log: 'org_1', seq, at, actor, affects: [], hash: '', cursor: '' }
  return { ...common, audience: 'member:read', type, data: { invitation: about } } as unknown as RolecallEvent
}

/** A list of one page, which comes when the test likes. */
function aList() {
  let send: (page: ListPage<Invitation>) => void = () => undefined
  const list = () =>
    createList<Invitation>(
      () =>
        new Promise((resolve) => {
          send = resolve
        }),
    )
  return { list, answer: (data: readonly Invitation[], seq: number) => send({ data, seq }) }
}

describe('the SDK’s view of invitations', () => {
  it('E31 does not bring back what ended while an older page was on its way', async () => {
    const { list, answer } = aList()
    const keeper = createInvitationsKeeper(list)
    keeper.permit(true)
    for (const [index, way] of ['accepted', 'declined', 'revoked', 'expired'].entries()) {
      keeper.apply(event(10 + index, `invitation.${way}`, { id: `inv_${index}` }))
    }
    keeper.apply(event(20, 'invitation.created', invitation('inv_5')))
    answer(
      [0, 1, 2, 3, 4].map((index) => invitation(`inv_${index}`)),
      5,
    )
    await keeper.view.ready
    expect(keeper.view.rows.map(({ id }) => id)).to.deep.equal(['inv_4', 'inv_5'])
    keeper.apply(event(21, 'invitation.resent', invitation('inv_4', '2026-01-20T00:00:00Z')))
    expect(keeper.view.get('inv_4')).to.deep.include({ expiresAt: '2026-01-20T00:00:00Z' })
    expect(keeper.view.get('inv_4')?.change?.type).to.equal('invitation.resent')
  })

  it('E31 keeps what was read later than an event', async () => {
    const { list, answer } = aList()
    const keeper = createInvitationsKeeper(list)
    keeper.permit(true)
    answer([invitation('inv_1', '2026-01-20T00:00:00Z')], 8)
    await keeper.view.ready
    const { snapshot } = keeper.view
    keeper.apply(event(7, 'invitation.resent', invitation('inv_1')))
    expect(keeper.view.rows).to.deep.equal(snapshot.rows)
  })

  it('shows none to whom the members are hidden', async () => {
    const { list, answer } = aList()
    const keeper = createInvitationsKeeper(list)
    keeper.permit(true)
    answer([invitation('inv_1')], 1)
    await keeper.view.ready
    keeper.permit(false)
    expect(keeper.view.snapshot).to.deep.equal({ status: 'hidden', rows: [] })
  })
})
