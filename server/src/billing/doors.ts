import type { Permission } from '@rolecall/contract'
import type { Access, Positioned } from '../access/access.ts'
import type { Operator, OperatorAccess } from '../access/operator.ts'
import type { Caller } from '../access/principal.ts'
import type { Idempotency } from '../log/idempotency.ts'
import type { Changed, Snapshot, Tx } from '../log/tx.ts'
import type { Issuer } from './documents.ts'

export interface InvoiceCall {
  readonly principal: Caller | Operator
  readonly params: { readonly organisation: string }
  readonly permission: Permission
  readonly idempotency?: Idempotency | undefined
}

/** On whose side somebody asks: a member of the organisation with the permission, or the platform’s operator. */
export interface Side {
  readonly organisation: string
  readonly issuer: Issuer
}

/** The two ways to an organisation’s invoices. */
export interface Doors {
  change<Value>(call: InvoiceCall, closure: (tx: Tx, side: Side) => Promise<Value>): Promise<Changed<Value>>
  read<Value>(call: InvoiceCall, read: (snapshot: Snapshot, side: Side) => Promise<Value>): Promise<Positioned<Value>>
}

export function createDoors(access: Access, operatorAccess: OperatorAccess): Doors {
  return {
    change(call, closure) {
      const { principal, params } = call
      const { organisation } = params
      return principal.kind === 'operator'
        ? operatorAccess.change(call, (tx) => closure(tx, { organisation, issuer: 'operator' }))
        : access.changeOrganisation({ ...call, principal }, (tx) =>
            closure(tx, { organisation, issuer: 'organisation' }),
          )
    },
    read(call, read) {
      const { principal, params } = call
      const { organisation } = params
      return principal.kind === 'operator'
        ? operatorAccess.read(call, (snapshot) => read(snapshot, { organisation, issuer: 'operator' }))
        : access.readOrganisation({ ...call, principal }, (snapshot) =>
            read(snapshot, { organisation, issuer: 'organisation' }),
          )
    },
  }
}
