import type { RolecallEvent } from '@rolecall/contract'
import type { ReactNode } from 'react'
import { nameOf } from '../billing/invoice-state.ts'
import { inMoney } from '../billing/money.ts'

type BillingEvent = Extract<RolecallEvent, { type: 'billing.updated' | `invoice.${string}` }>

const verbs = {
  'invoice.created': 'drafted',
  'invoice.updated': 'changed',
  'invoice.deleted': 'deleted',
  'invoice.opened': 'opened',
  'invoice.paid': 'marked as paid:',
  'invoice.voided': 'declared void:',
} as const

/** What happened to an invoice or to the billing details, in words. */
export function BillingSentence({ event }: { event: BillingEvent }): ReactNode {
  const actor = <strong>{event.actor.name}</strong>
  if (event.type === 'billing.updated') return <>{actor} changed the billing details</>
  const { invoice } = event.data
  return (
    <>
      {actor} {verbs[event.type]} <strong>{nameOf(invoice)}</strong> over {inMoney(invoice.totalMinor, invoice)}
    </>
  )
}
