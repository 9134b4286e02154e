import { isDeepStrictEqual } from 'node:util'
import type { Access } from '../access/access.ts'
import type { Handlers } from '../http/call.ts'
import type { BillingModels } from './documents.ts'
import * as ledgers from './ledger.ts'

export function createBilling({ models, access }: { models: BillingModels; access: Access }): Handlers<'billing'> {
  return {
    get: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation }) =>
        ledgers.shownDetails(await ledgers.read(models, snapshot, organisation)),
      ),

    update: (call) =>
      access.changeOrganisation(call, async (tx, _me, organisation) => {
        const { legalName, address, vatNumber, currency } = call.body
        const ledger = await ledgers.read(models, tx, organisation)
        const changed = {
          ...ledger,
          legalName: legalName.trim(),
          address: address.trim(),
          vatNumber: vatNumber.trim(),
          currency,
        }
        const [before, after] = [ledgers.shownDetails(ledger), ledgers.shownDetails(changed)]
        if (isDeepStrictEqual(before, after)) return after
        await ledgers.keep(models, tx, changed)
        tx.append(organisation, 'billing.updated', { before, after })
        return after
      }),
  }
}
