import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './docs.ts'

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** How docs/sdk.md says that the SDK is packed. */
export const packing = `npx --yes ${packageManager} --dir sdk pack`
