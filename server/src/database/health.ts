import type { Connection } from 'mongoose'

/** Resolves once the database has answered; rejects when it has not within `timeoutMs`. */
export async function ping(connection: Connection, timeoutMs: number): Promise<void> {
  const { db } = connection
  if (db === undefined) throw new Error('There is no connection to the database.')
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The database did not answer within ${timeoutMs} ms.`)), timeoutMs)
  })
  try {
    await Promise.race([db.command({ ping: 1 }), timeout])
  } finally {
    clearTimeout(timer)
  }
}
