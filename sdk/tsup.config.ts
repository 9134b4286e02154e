import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, type Options } from 'tsup'
import { tablesOfOperations, withoutSummaries } from '../packages/contract/without-summaries.ts'
import { writeContractTypes } from './contract-types.ts'

// Not below node_modules, whence nothing is bundled.
const folder = mkdtempSync(join(tmpdir(), 'rolecall-contract-types-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const leaveOutSummaries: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'leave-out-summaries',
  setup(build) {
    build.onLoad({ filter: tablesOfOperations }, ({ path }) => ({
      contents: withoutSummaries(readFileSync(path, 'utf8')),
      loader: 'ts',
    }))
  },
}

export default defineConfig({
  entry: { index: 'src/index.ts', webhooks: 'src/webhooks/index.ts', guard: 'src/guard/index.ts' },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  clean: true,
  // Each entry by itself: who needs one loads one file.
  splitting: false,
  noExternal: ['@rolecall/contract'],
  external: ['socket.io-client'],
  esbuildPlugins: [leaveOutSummaries],
  dts: {
    compilerOptions: {
      // tsup sets options that TypeScript 6 calls deprecated.
      ignoreDeprecations: '6.0',
      types: ['node'],
      paths: { '@rolecall/contract': [writeContractTypes(folder)] },
    },
  },
})
