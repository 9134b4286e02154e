import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { holderOf } from '../engine/directory-lock.ts'
import { loadCatalogue } from '../storage/catalogue.ts'
import { checkDataFile } from '../storage/data-file.ts'
import { checkFormat } from '../storage/format.ts'
import { openStore } from '../storage/store.ts'
import { checkStore, type StoreReport } from './check-store.ts'

/**
 * Checks the data of an engine that is not running: every page of the file, then everything that is in it. Changes
 * nothing.
 * @throws an Error with a message for people: there are no data, an engine has them, or the file cannot be read
 */
export const checkData = async (directory: string): Promise<StoreReport> => {
  const file = join(resolve(directory), 'data.lmdb')
  if (!existsSync(file)) throw new Error(`There are no data of the embedded engine in ${directory}`)
  if (await holderOf(resolve(directory))) throw new Error(`An engine is running on ${directory}: stop it before`)
  checkDataFile(file, { whole: true })
  const store = openStore(
    file,
    (error) => {
      throw error
    },
    { isReadOnly: true },
  )
  try {
    await checkFormat(store)
    const { view, release } = store.snapshot()
    try {
      return checkStore(view, loadCatalogue(view))
    } finally {
      release()
    }
  } finally {
    await store.close()
  }
}
