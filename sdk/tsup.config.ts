import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'tsup'
import { writeContractTypes } from './contract-types.ts'

// Not below node_modules, whence nothing is bundled.
const folder = mkdtempSync(join(tmpdir(), 'rolecall-contract-types-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

export default defineConfig({
  entry: { index: 'src/index.ts', webhooks: 'src/webhooks/index.ts' },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  clean: true,
  noExternal: ['@rolecall/contract'],
  external: ['socket.io-client'],
  dts: {
    compilerOptions: {
      // tsup sets options that TypeScript 6 calls deprecated.
      ignoreDeprecations: '6.0',
      types: ['node'],
      paths: { '@rolecall/contract': [writeContractTypes(folder)] },
    },
  },
})
