import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, type Options } from 'tsup'
import { writeContractTypes } from './contract-types.ts'

// Not below node_modules, whence nothing is bundled.
const folder = mkdtempSync(join(tmpdir(), 'rolecall-contract-types-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Summaries of operations are for documents; nothing here reads them, and they would be a tenth of what pages load. */
const withoutSummaries: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'without-summaries',
  setup(build) {
    build.onLoad({ filter: /[\\/]operations\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(/\bsummary:\s*(['"`])(?:(?!\1)[^\\]|\\.)*\1,?/g, ''),
      loader: 'ts',
    }))
  },
}

export default defineConfig({
  entry: { index: 'src/index.ts', webhooks: 'src/webhooks/index.ts' },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  clean: true,
  noExternal: ['@rolecall/contract'],
  external: ['socket.io-client'],
  esbuildPlugins: [withoutSummaries],
  dts: {
    compilerOptions: {
      // tsup sets options that TypeScript 6 calls deprecated.
      ignoreDeprecations: '6.0',
      types: ['node'],
      paths: { '@rolecall/contract': [writeContractTypes(folder)] },
    },
  },
})
