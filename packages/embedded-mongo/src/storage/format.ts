import { Buffer } from 'node:buffer'
import { CommandError } from '../errors.ts'
import { metaKey } from './keys.ts'
import type { Store } from './store.ts'

/** Raised whenever an older engine would misread what a newer one has written. */
const version = 1

const key = metaKey('format')

export const writeFormat = (store: Store): Promise<void> =>
  store.write((transaction) => transaction.put(key, Buffer.from(String(version))))

/** Refuses a store of another format before anything is written to it. */
export const checkFormat = async (store: Store): Promise<void> => {
  const snapshot = store.snapshot()
  const stored = snapshot.view.get(key)
  snapshot.release()
  if (stored === undefined) {
    throw new Error('The data do not say of which format they are: they are damaged, or not of the embedded engine.')
  }
  const found = Buffer.from(stored).toString()
  if (Number(found) !== version) {
    throw new Error(
      `The data are in format ${found}, this version of the embedded engine reads format ${version}. ` +
        'Nothing was changed. Start the version that wrote them, or use another directory.',
    )
  }
}

/**
 * Flushes what a killed engine has written and not flushed, before anybody is told of it; with a full disk that has to
 * wait for the next commit.
 */
export const flushRemains = async (store: Store): Promise<void> => {
  try {
    await writeFormat(store)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
  }
}
