import type { Answer, Invoice } from '@rolecall/contract'
import { useEffect } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { type Fresh, useFresh } from '../ui/use-fresh.ts'
import type { InvoiceState } from './invoice-state.ts'

// All that happens to an invoice is told by an event; this is for the day that passes.
const everyMs = 60_000
const perPage = 50

/** The newest invoices, as many pages of them as were asked for, with what all come to. */
export function useInvoices(state: InvoiceState | undefined, pages: number): Fresh<Answer<'invoices', 'list'>> {
  const { id: organisation } = useOrganisation()
  const request = { organisation, limit: perPage, ...(state === undefined ? {} : { state }) }
  const list = async (options: { signal: AbortSignal }) => {
    const data = []
    let read = 0
    for await (const page of rolecall.invoices.list(request, options).pages()) {
      data.push(...page.data)
      read += 1
      if (read === pages || page.next === undefined) {
        const { next, totals } = page
        return { data, totals, ...(next === undefined ? {} : { next }) }
      }
    }
    return { data, totals: [] }
  }
  const invoices = useFresh(everyMs, list, `${pages}`)
  useAskedAtBilling(invoices.again)
  return invoices
}

/** One invoice with its lines, as it is now. */
export function useInvoice(invoice: string): Fresh<Invoice> {
  const { id: organisation } = useOrganisation()
  const found = useFresh(everyMs, (options) => rolecall.invoices.get({ organisation, invoice }, options))
  useAskedAtBilling(found.again)
  return found
}

/** Who the organisation is on its invoices. */
export function useBillingDetails(): Fresh<Answer<'billing', 'get'>> {
  const { id: organisation } = useOrganisation()
  const details = useFresh(everyMs, (options) => rolecall.billing.get({ organisation }, options))
  useAskedAtBilling(details.again)
  return details
}

/** Asks again when something happened in the billing of the organisation. */
function useAskedAtBilling(again: () => void): void {
  const { live } = useOrganisation()
  useEffect(() => {
    const stops = [
      live.on('event', ({ type }) => /^(billing|invoice)\./.test(type) && again()),
      live.on('resync', again),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [live, again])
}
