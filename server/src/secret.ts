import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, ConfigError } from './config.ts'

type KeyConfig = Pick<Config, 'secretKey' | 'dataDir'>

const fileOf = ({ dataDir }: KeyConfig) => join(resolve(dataDir), 'secret.key')

/** The same as `readSecretKey`, but for a database that was set up with a key already none is created. */
export async function secretKeyFor(config: KeyConfig, isSetUp: () => Promise<boolean>): Promise<string> {
  // In this order: whoever sets a database up has created the key before.
  if (config.secretKey === undefined && (await isSetUp()) && !existsSync(fileOf(config))) {
    throw new ConfigError([
      `SECRET_KEY: this database was set up with a key, and there is no ${fileOf(config)}. Give the SECRET_KEY of then, or put the file back. If it is lost, delete the documents of the collection \`signingKeys\`: everybody then has to sign in again.`,
    ])
  }
  return readSecretKey(config)
}

/** SECRET_KEY, or what `secret.key` in DATA_DIR holds, which the first start creates for its user alone. */
export function readSecretKey(config: KeyConfig): string {
  if (config.secretKey !== undefined) return config.secretKey
  const file = fileOf(config)
  mkdirSync(resolve(config.dataDir), { recursive: true, mode: 0o700 })
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
