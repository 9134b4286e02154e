import { trusted } from 'mongoose'
import type { FindWebhooks } from '../access/preview.ts'
import { within } from '../log/tx.ts'
import type { WebhookModels } from './documents.ts'

/** Who would pause with their owners, for those who ask before they take somebody's access away. */
export function findOwned({ webhooks }: Pick<WebhookModels, 'webhooks'>): FindWebhooks {
  return async (tx, organisation, accounts) => {
    if (accounts.length === 0) return []
    const owned = { organisation, 'owner.id': trusted({ $in: [...accounts] }), stopped: trusted({ $exists: false }) }
    const found = await webhooks.find(owned, { url: 1, owner: 1 }, within(tx)).sort({ _id: 1 }).lean()
    return found.map(({ _id, url, owner }) => ({ id: _id, url, owner: owner.id }))
  }
}
