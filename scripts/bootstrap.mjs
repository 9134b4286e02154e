// Runs before `npm start` and `npm test`: installs and builds what is missing or out of date, and nothing otherwise.
// Plain Node: when it runs for the first time nothing is installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamps = join(root, 'node_modules', '.bootstrap')

/** What is built, and from which folders: a change in any of them builds it anew. */
const builds = [
  { name: 'the SDK', directory: 'sdk', sources: ['sdk', 'packages/contract'] },
  {
    name: 'the dashboard',
    directory: 'packages/dashboard',
    sources: ['packages/dashboard', 'sdk', 'packages/contract'],
  },
]

checkNode()
await install()
for (const build of builds) await buildIfChanged(build)

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(
    `Rolecall needs Node.js 20.19 or later, and this is ${process.versions.node}. Get one from https://nodejs.org/`,
  )
  process.exit(1)
}

async function install() {
  const manifests = findManifests()
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]
  const { node } = process.versions
  const stamp = hash([node, process.platform, process.arch], files)
  const isComplete = manifests.every((manifest) => existsSync(join(root, manifest, '..', 'node_modules')))
  if (isComplete && readStamp('install') === stamp) return
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // npx's own --prefer-offline: without it a start without network waits for the registry.
  await run('installing dependencies', root, 'npx', [
    ...['--yes', '--prefer-offline', packageManager, 'install'],
    ...['--frozen-lockfile', '--prefer-offline', '--reporter=append-only'],
  ])
  writeStamp('install', stamp)
}

async function buildIfChanged({ name, directory, sources }) {
  const folder = join(root, directory)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (manifest.scripts?.build === undefined || !existsSync(join(folder, 'src'))) return
  const files = ['pnpm-lock.yaml', ...sources.flatMap((source) => listFiles(join(root, source)))]
  const stamp = hash([], files)
  if (existsSync(join(folder, 'dist')) && readStamp(directory) === stamp) return
  await run(`building ${name}`, folder, 'npm', ['run', '--silent', 'build'])
  writeStamp(directory, stamp)
}
