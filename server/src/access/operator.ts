import { problem } from '@rolecall/contract'
import type { Idempotency } from '../log/idempotency.ts'
import type { Log } from '../log/log.ts'
import type { Actor, Changed, Snapshot, Tx } from '../log/tx.ts'
import type { Positioned } from './access.ts'

/** Whoever runs the platform, known by the token of `OPERATOR_TOKEN`. Is a member of nothing. */
export interface Operator {
  readonly kind: 'operator'
  /** Requests are counted, and repeated ones told apart, by it, as by the id of an account. */
  readonly account: 'operator'
}

export const operator: Operator = { kind: 'operator', account: 'operator' }

const actor: Actor = { kind: 'system', id: 'operator', name: 'Platform operator' }

export interface OperatorCall {
  readonly params: { readonly organisation: string }
  readonly idempotency?: Idempotency | undefined
}

/** What the operator may do in any organisation, within the operations that are open to the operator. */
export interface OperatorAccess {
  /** Throws `not_found` where there is no such organisation. */
  change<Value>(call: OperatorCall, closure: (tx: Tx) => Promise<Value>): Promise<Changed<Value>>
  read<Value>(call: OperatorCall, read: (snapshot: Snapshot) => Promise<Value>): Promise<Positioned<Value>>
}

export function createOperatorAccess(log: Log): OperatorAccess {
  // Accounts have logs too, and the operator has no business in them.
  const organisationOf = ({ params }: OperatorCall) => {
    if (!params.organisation.startsWith('org_')) throw problem('not_found')
    return params.organisation
  }
  return {
    async change(call, closure) {
      const logs = [organisationOf(call)]
      return log.change({ logs, idempotency: call.idempotency }, async () => ({ actor }), closure)
    },
    async read(call, read) {
      const organisation = organisationOf(call)
      return log.snapshot(async (snapshot) => {
        const head = await log.head(snapshot, organisation)
        if (head === undefined) throw problem('not_found')
        return { body: await read(snapshot), seq: head.seq }
      })
    },
  }
}
