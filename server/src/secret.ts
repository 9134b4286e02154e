import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, ConfigError } from './config.ts'

/** SECRET_KEY, or what `secret.key` in DATA_DIR holds, which the first start creates for its user alone. */
export function readSecretKey({ secretKey, dataDir }: Pick<Config, 'secretKey' | 'dataDir'>): string {
  if (secretKey !== undefined) return secretKey
  const file = join(resolve(dataDir), 'secret.key')
  mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 })
  try {
    // Exclusively, so that of two processes that start at once the second takes the first one's key.
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
    chmodSync(file, 0o600)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  // Windows has no such modes and reports 0666 for every file.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new ConfigError([`SECRET_KEY: others can read ${file}. Take that from them: chmod 600 '${file}'`])
  }
  const secret = readFileSync(file, 'utf8').trim()
  if (secret.length < 32) throw new ConfigError([`SECRET_KEY: ${file} holds no key. Put the one back that was there.`])
  return secret
}
