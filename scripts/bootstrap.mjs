// Runs before `npm start` and `npm test`: installs and builds what is missing or out of date, and nothing otherwise.
// Plain Node: when it runs for the first time nothing is installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
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
  const manifests = listFiles(root, 2).filter((file) => /(^|[\\/])package\.json$/.test(file))
  const files = [join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml'), ...manifests]
  const stamp = hash([process.versions.node, process.platform, process.arch], files)
  const isComplete = manifests.every((manifest) => existsSync(join(dirname(manifest), 'node_modules')))
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
  const files = [join(root, 'pnpm-lock.yaml'), ...sources.flatMap((source) => listFiles(join(root, source)))]
  const stamp = hash([], files)
  if (existsSync(join(folder, 'dist')) && readStamp(directory) === stamp) return
  await run(`building ${name}`, folder, 'npm', ['run', '--silent', 'build'])
  writeStamp(directory, stamp)
}

/** Runs a program quietly. What it said is shown when it fails; then the start ends here. */
async function run(task, cwd, program, parameters) {
  const start = Date.now()
  process.stdout.write(`rolecall: ${task} … `)
  const child = spawn(program, parameters, {
    cwd,
    // Nobody is there to answer a question.
    env: { ...process.env, CI: 'true', NO_COLOR: '1', FORCE_COLOR: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // On Windows npm and npx are scripts, which only a shell can run.
    shell: process.platform === 'win32',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += error.message
      resolve(1)
    })
    child.on('close', resolve)
  })
  if (code !== 0) {
    console.log('failed')
    console.error(`${output}\nrolecall: ${task} failed. What was said is above; \`npm start\` tries again.`)
    process.exit(1)
  }
  console.log(`${((Date.now() - start) / 1000).toFixed(1)} s`)
}

/** All files below, without what is installed, built or hidden. */
function listFiles(directory, depth = Number.POSITIVE_INFINITY) {
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !['node_modules', 'dist', 'data'].includes(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name)
      if (!entry.isDirectory()) return entry.isFile() ? [path] : []
      return depth > 0 ? listFiles(path, depth - 1) : []
    })
}

function hash(facts, files) {
  const sum = createHash('sha256').update(JSON.stringify(facts))
  for (const file of files) sum.update(`\n${relative(root, file)}\n`).update(readFileSync(file))
  return sum.digest('hex')
}

function stampOf(name) {
  return join(stamps, name.replaceAll('/', '-'))
}

function readStamp(name) {
  return existsSync(stampOf(name)) ? readFileSync(stampOf(name), 'utf8') : undefined
}

function writeStamp(name, stamp) {
  mkdirSync(stamps, { recursive: true })
  writeFileSync(stampOf(name), stamp)
}
