import { Mismatch } from './match.ts'

/** What a promise gives, or a Mismatch when the time is over. */
export const timeLimit = async <T>(ms: number, message: string, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Mismatch(`${message}, after ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
