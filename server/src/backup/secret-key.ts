/** The key that sealed what is stored, without which a database is of little use. */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError } from '../command.ts'
import type { Config } from '../config.ts'
import { deriveKey } from '../derive-key.ts'
import { readSecretKey } from '../secret.ts'
import type { SigningKeyDocument } from '../sessions/documents.ts'
import { opened } from '../sessions/signing-key.ts'
import type { Manifest } from './format.ts'
import type { DatabaseSnapshot } from './snapshot.ts'
import { writeNew } from './write-file.ts'

type KeyConfig = Pick<Config, 'secretKey' | 'dataDir'>

const fileOf = ({ dataDir }: KeyConfig) => join(dataDir, 'secret.key')
const checkOf = (key: string) => deriveKey(key, 'backup').subarray(0, 8).toString('hex')

/** For the manifest. A key that was given by SECRET_KEY is kept elsewhere already, and stays out of the backup. */
export function describeKey(config: KeyConfig): Pick<Manifest, 'keyCheck' | 'secretKey'> {
  if (config.secretKey === undefined && !existsSync(fileOf(config))) {
    throw new CommandError(
      `There is neither SECRET_KEY nor ${fileOf(config)}: without the key that sealed them, the data are of no use. Give the one that the server has.`,
    )
  }
  const key = readSecretKey(config)
  return { keyCheck: checkOf(key), ...(config.secretKey === undefined ? { secretKey: key } : {}) }
}

/** Throws where the key does not open what is in the database: it would be found out when it is restored. */
export async function checkKey(snapshot: Pick<DatabaseSnapshot, 'find'>, config: KeyConfig): Promise<void> {
  const sealingKey = deriveKey(readSecretKey(config), 'signing keys')
  for await (const document of snapshot.find<SigningKeyDocument>('signingKeys')) opened(document, sealingKey)
}

/** Refuses to restore what could not be opened afterwards. Answers what is to be done once it is restored. */
export async function planKey(
  config: KeyConfig,
  { keyCheck, secretKey }: Pick<Manifest, 'keyCheck' | 'secretKey'>,
): Promise<() => Promise<void>> {
  const file = fileOf(config)
  const present = config.secretKey ?? (existsSync(file) ? (await readFile(file, 'utf8')).trim() : undefined)
  if (present !== undefined) {
    if (checkOf(present) === keyCheck) return async () => undefined
    const name = config.secretKey === undefined ? file : 'SECRET_KEY'
    throw new CommandError(`${name} is not the key that sealed what is in the backup. Nothing was restored.`)
  }
  if (secretKey === undefined) {
    throw new CommandError(
      'The backup was made with SECRET_KEY, which is not in it. Give the same one. Nothing was restored.',
    )
  }
  return async () => {
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
    await writeNew(file, (handle) => handle.writeFile(`${secretKey}\n`))
  }
}
