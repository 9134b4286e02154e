import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { read, root, trackedFiles } from './rig/docs.ts'

const files = trackedFiles()
const texts = files.filter((file) => !/\.(png|ico|woff2?)$/.test(file))
const manifests = files.filter((file) => /(^|\/)package\.json$/.test(file))

/** Lines of our files that fit, as `file:line: text`. */
function linesWith(pattern: RegExp, among: readonly string[] = texts): string[] {
  return among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((text, index) => (pattern.test(text) ? [`${file}:${index + 1}: ${text.trim().slice(0, 120)}`] : [])),
  )
}

/** For each rule about imports, a file that breaks it: where it is, and what it imports. */
const breaches: Readonly<Record<string, readonly [file: string, imports: string]>> = {
  'no-circle': ['server/src/circle.ts', './circles.ts'],
  resolves: ['server/src/lost.ts', './nowhere.ts'],
  'contract-knows-nothing-of-ours': ['packages/contract/src/a.ts', '../../../server/src/clock.ts'],
  'sdk-knows-only-the-contract': ['sdk/src/a.ts', '../../server/src/clock.ts'],
  'dashboard-stands-on-the-sdk': ['packages/dashboard/src/a.ts', '../../../server/src/clock.ts'],
  'examples-are-users': ['examples/app/a.ts', '../../server/src/clock.ts'],
  'engine-stands-alone': ['packages/embedded-mongo/src/a.ts', '../../../server/src/clock.ts'],
  'only-the-database-starts-the-engine': ['server/src/log/b.ts', '../../../packages/embedded-mongo/src/index.ts'],
  'only-the-composition-root-knows-live': ['server/src/http/a.ts', '../live/hub.ts'],
  'log-stands-on-the-database': ['server/src/log/a.ts', '../members/members.ts'],
  'access-stands-on-the-log': ['server/src/access/a.ts', '../members/members.ts'],
  'organisations-do-not-know-accounts': ['server/src/organisations/a.ts', '../accounts/accounts.ts'],
  'sessions-do-not-know-accounts': ['server/src/sessions/a.ts', '../accounts/accounts.ts'],
  'members-do-not-know-organisations': ['server/src/members/a.ts', '../organisations/organisations.ts'],
  'nobody-knows-the-operations-on-invitations': ['server/src/members/b.ts', '../invitations/invitations.ts'],
}
const bystanders = [
  ...[
    'clock',
    'live/hub',
    'members/members',
    'accounts/accounts',
    'organisations/organisations',
    'invitations/invitations',
  ].map((name) => `server/src/${name}.ts`),
  'packages/embedded-mongo/src/index.ts',
]

function breakEveryRule(): Record<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-imports-'))
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  try {
    for (const file of bystanders) write(file, 'export const it = 1\n')
    for (const [file, imports] of Object.values(breaches)) {
      write(file, `import { it } from '${imports}'\nexport const mine = it\n`)
    }
    write('server/src/circles.ts', `import { mine } from './circle.ts'\nexport const it = mine\n`)
    write('tsconfig.json', read('tsconfig.json'))
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
    const rules = join(root, '.dependency-cruiser.cjs')
    const { stdout } = spawnSync(
      process.execPath,
      [program, '--config', rules, '--output-type', 'json', 'packages', 'server', 'sdk', 'examples'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    )
    const found: Record<string, string[]> = {}
    for (const { from, rule } of JSON.parse(stdout).summary.violations) {
      found[rule.name] = [...(found[rule.name] ?? []), from]
    }
    return found
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('the house', () => {
  it('sees every import that goes the wrong way', () => {
    const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
      forbidden: { name: string }[]
    }
    expect(Object.keys(breaches).sort()).to.deep.equal(forbidden.map(({ name }) => name).sort())
    const found = breakEveryRule()
    const unseen = Object.entries(breaches).filter(([rule, [file]]) => !found[rule]?.includes(file))
    expect(unseen.map(([rule]) => rule)).to.deep.equal([])
  })

  it('names no registry: packages come from wherever the machine gets its packages', () => {
    expect(linesWith(/registry\.(npmjs|yarnpkg)|npm\.pkg\.github|tarball: \w+:\/\//)).to.deep.equal([])
    expect(files.filter((file) => /(^|\/)\.(npmrc|yarnrc(\.yml)?)$/.test(file))).to.deep.equal([])
  })

  it('names no machine', () => {
    // The folder where it lies may be a short word by itself; as a path it is not.
    const here = [root.replace(/\/$/, ''), ...(homedir().length > 2 ? [homedir()] : [])].map((path) => `${path}/`)
    const own = here.map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    const usual = ['home', 'Users', 'root', 'mnt', 'private'].map((folder) => `(?<![\\w./:})\\]-])/${folder}/\\w`)
    expect(linesWith(new RegExp([...own, ...usual].join('|')))).to.deep.equal([])
    if (hostname().length > 5) expect(linesWith(new RegExp(`\\b${hostname()}\\b`))).to.deep.equal([])
  })

  it('is licensed, and every package says so', () => {
    expect(read('LICENSE')).to.include('Apache License').and.to.include('Version 2.0')
    expect(read('NOTICE')).to.include('UNICODE LICENSE V3')
    const others = manifests.filter((file) => JSON.parse(read(file)).license !== 'Apache-2.0')
    expect(others).to.deep.equal([])
  })

  it('pins every version exactly', () => {
    const loose = manifests.flatMap((file) => {
      const { dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(read(file))
      return Object.entries<string>({
        ...dependencies,
        ...devDependencies,
        ...optionalDependencies,
        ...peerDependencies,
      })
        .filter(([, version]) => !/^(\d+\.\d+\.\d+(-[\w.]+)?|workspace:\*)$/.test(version))
        .map(([name, version]) => `${file}: ${name}@${version}`)
    })
    expect(loose).to.deep.equal([])
  })

  it('is written in British spelling', () => {
    // In two halves, so that this line is none of those that it looks for.
    const american = new RegExp(`organi${'zation'}|\\bbehavi${'or'}\\b`, 'i')
    const ours = texts.filter((file) => /\.(ts|tsx|mjs|cjs|md|html)$/.test(file))
    expect(linesWith(american, ours)).to.deep.equal([])
  })

  it('holds nothing that is built, installed or left over', () => {
    expect(files.filter((file) => /(^|\/)(node_modules|dist|data)\/|\.(log|orig|rej|bak)$/.test(file))).to.deep.equal(
      [],
    )
    const tooLarge = files.filter((file) => readFileSync(join(root, file)).length > 400_000)
    expect(tooLarge).to.deep.equal([])
  })

  it('leaves no notes of what is to be done', () => {
    const notes = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')}|X{3})\\b`)
    expect(
      linesWith(
        notes,
        texts.filter((file) => /\.(ts|tsx|mjs|cjs|md|css)$/.test(file)),
      ),
    ).to.deep.equal([])
  })

  it('runs what the system runs: programs of ours are marked as such', () => {
    const modes = execFileSync('git', ['ls-files', '--stage', '.ci'], { cwd: root, encoding: 'utf8' })
    expect(
      modes
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('100755')),
    ).to.deep.equal([])
  })
})
