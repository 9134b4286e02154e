import { trusted } from 'mongoose'
import type { WebhookModels } from './documents.ts'

/** Which endpoints of an organisation get something. In memory, since each event of any organisation asks. */
export interface Enabled {
  /** Calls with each of them: at once where they are known, else once they have been read. */
  each(organisation: string, call: (id: string) => void): void
  forget(organisation: string): void
  clear(): void
}

interface Entry {
  /** Undefined while they are being read. */
  ids: readonly string[] | undefined
}

const remembered = 10_000

/** `onFailure` hears where they could not be read, and nobody was called. */
export function createEnabled(
  { webhooks }: Pick<WebhookModels, 'webhooks'>,
  onFailure: (error: unknown) => void,
): Enabled {
  /** The organisation that was read longest ago first. */
  const known = new Map<string, Entry>()

  async function read(organisation: string, entry: Entry, call: (id: string) => void): Promise<void> {
    const found = await webhooks.find({ organisation, stopped: trusted({ $exists: false }) }, { _id: 1 }).lean()
    entry.ids = found.map(({ _id }) => _id)
    entry.ids.forEach(call)
  }

  return {
    each(organisation, call) {
      const entry = known.get(organisation)
      if (entry !== undefined) {
        // Those who are being read are called all the same, a moment later.
        for (const id of entry.ids ?? []) call(id)
        return
      }
      const fresh: Entry = { ids: undefined }
      known.set(organisation, fresh)
      const [oldest] = known.keys()
      if (known.size > remembered && oldest !== undefined) known.delete(oldest)
      read(organisation, fresh, call).catch((error: unknown) => {
        if (known.get(organisation) === fresh) known.delete(organisation)
        onFailure(error)
      })
    },
    forget(organisation) {
      known.delete(organisation)
    },
    clear() {
      known.clear()
    },
  }
}
