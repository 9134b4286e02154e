// npm packs package.json as it stands, which leads to the sources: that the package leads to what was built is said in
// `publishConfig`, which pnpm alone puts in its place.
import { readFileSync } from 'node:fs'

if (!process.env.npm_config_user_agent?.startsWith('pnpm/')) {
  const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  console.error(`What npm packs of the SDK cannot be imported. In the root of the repository:
  npx --yes ${packageManager} --dir sdk pack`)
  process.exitCode = 1
}
