import { Buffer } from 'node:buffer'
import { metaKey } from './keys.ts'
import type { Store } from './store.ts'

/** Raised whenever an older engine would misread what a newer one has written. */
const version = 1

/** Refuses a store of another format before anything is written to it. */
export const checkFormat = async (store: Store): Promise<void> => {
  const key = metaKey('format')
  const snapshot = store.snapshot()
  const stored = snapshot.view.get(key)
  snapshot.release()
  if (stored === undefined) {
    await store.write((transaction) => transaction.put(key, Buffer.from(String(version))))
    return
  }
  const found = Buffer.from(stored).toString()
  if (Number(found) === version) return
  throw new Error(
    `The data are in format ${found}, this version of the embedded engine reads format ${version}. ` +
      'Nothing was changed. Start the version that wrote them, or use another directory.',
  )
}
