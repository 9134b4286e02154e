import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { build } from 'esbuild'
import { publint } from 'publint'
import { sharedServer } from '../rig/server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sdk = join(root, 'sdk')
const bound = 12_000

const execute = promisify(execFile)

/** What a program printed; fails with it when the program fails. */
async function run(cwd: string, program: string, ...parameters: string[]): Promise<string> {
  try {
    return (await execute(program, parameters, { cwd, env: { ...process.env, NO_COLOR: '1' } })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${parameters.join(' ')} failed\n${stdout}\n${stderr}`)
  }
}

const require = createRequire(import.meta.url)
const attw = join(dirname(require.resolve('@arethetypeswrong/cli/package.json')), 'dist/index.js')

/** What a person does with it: signs up, founds, hears of it live. Written for both kinds of modules. */
const program = `
const rolecall = new Rolecall({ baseUrl: process.argv[2] })
const main = async () => {
  const email = 'packed-' + process.pid + '@example.com'
  const { organisation } = await rolecall.accounts.create({ name: 'Packed', email, password: 'correct horse battery' })
  const live = rolecall.live(organisation.id)
  await live.ready
  const heard = new Promise((resolve) => live.on('organisation.renamed', resolve))
  await rolecall.organisations.update({ organisation: organisation.id, name: email })
  console.log((await heard).data.after.name === email && live.role)
  const failed = await rolecall.organisations.create({ name: '' }).catch((error) => error)
  console.log(failed instanceof RolecallError && failed.code)
  rolecall.close()
}
main()
`

/** What must compile for somebody who has installed the SDK and no types beside it. */
const typed = `
import { Rolecall, RolecallError, type BuiltInRole, type Member, type MembersView, type ProblemCode } from '@rolecall/sdk'
const rolecall = new Rolecall({ baseUrl: 'http://127.0.0.1:3000' })
export async function use(organisation: string): Promise<Member> {
  const live = rolecall.live(organisation)
  live.on('member.role_changed', ({ data }) => { const role: BuiltInRole | \`rol_\${string}\` = data.after.role; return role })
  live.on('event', (event) => { if (event.type === 'member.removed') { const reason: 'removed' | 'left' | 'account_deleted' = event.data.reason; return reason } return undefined })
  const view: MembersView = live.members
  for await (const member of rolecall.members.list({ organisation })) if (member.role === 'admin') return member
  for await (const event of rolecall.events.list({ organisation })) if (event.type === 'member.added') return event.data.member
  const nothing: undefined = await rolecall.members.remove({ organisation, member: view.rows[0]?.id ?? '' })
  // @ts-expect-error: no such role
  await rolecall.members.changeRole({ organisation, member: 'mem_1', role: 'owner' })
  // @ts-expect-error: the organisation is missing
  await rolecall.members.list({})
  const code: ProblemCode = 'last_admin'
  if (new RolecallError({ code }).code === 'network') return nothing ?? rolecall.members.read({ organisation, member: '' })
  return rolecall.members.add({ organisation, email: 'ada@example.com', role: 'developer' })
}
`

describe('the packed SDK', () => {
  let folder: string
  let tarball: string

  before(async function () {
    this.timeout(120_000)
    folder = await mkdtemp(join(tmpdir(), 'rolecall-packed-'))
    await run(sdk, join(sdk, 'node_modules/.bin/tsup'))
    const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    await run(sdk, 'npx', '--yes', '--prefer-offline', packageManager, 'pack', '--pack-destination', folder)
    const [packed = ''] = await readdir(folder)
    tarball = join(folder, packed)
    await run(folder, 'tar', '-xzf', tarball)
    const scope = join(folder, 'node_modules/@rolecall')
    await mkdir(scope, { recursive: true })
    await cp(join(folder, 'package'), join(scope, 'sdk'), { recursive: true })
    await symlink(join(sdk, 'node_modules/socket.io-client'), join(folder, 'node_modules/socket.io-client'))
  })

  after(() => rm(folder, { recursive: true }))

  it('holds what was built, and asks for nothing of ours', async () => {
    const manifest = JSON.parse(await readFile(join(folder, 'package/package.json'), 'utf8'))
    expect(manifest.dependencies).to.deep.equal({ 'socket.io-client': '4.8.4' })
    const files = await readdir(join(folder, 'package/dist'))
    expect(files.sort()).to.deep.equal(['index.cjs', 'index.d.cts', 'index.d.ts', 'index.js'])
    for (const name of files) {
      const text = await readFile(join(folder, 'package/dist', name), 'utf8')
      expect(text, name).not.to.match(/@rolecall\/contract|\bzod\b/i)
    }
  })

  it('passes publint and arethetypeswrong', async function () {
    this.timeout(60_000)
    const { messages } = await publint({ pkgDir: join(folder, 'package'), pack: false, level: 'warning', strict: true })
    expect(messages).to.deep.equal([])
    await run(folder, process.execPath, attw, tarball, '--profile', 'node16')
  })

  for (const [kind, file, line] of [
    ['ESM', 'use.mjs', "import { Rolecall, RolecallError } from '@rolecall/sdk'"],
    ['CommonJS', 'use.cjs', "const { Rolecall, RolecallError } = require('@rolecall/sdk')"],
  ] as const) {
    it(`works from ${kind}`, async () => {
      await writeFile(join(folder, file), `${line}\n${program}`)
      const said = await run(folder, process.execPath, file, (await sharedServer()).url)
      expect(said.trim().split('\n')).to.deep.equal(['admin', 'invalid_request'])
    })
  }

  it('is typed for both kinds of modules, without any other package’s types', async function () {
    this.timeout(60_000)
    await Promise.all(['use.mts', 'use.cts'].map((name) => writeFile(join(folder, name), typed)))
    const compilerOptions = {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['use.*'] }))
    await run(folder, join(root, 'node_modules/.bin/tsc'), '-p', '.')
  })

  it(`takes at most ${bound / 1000} kB of a page, minified and compressed, beside socket.io-client`, async () => {
    const { outputFiles } = await build({
      stdin: { contents: "export * from '@rolecall/sdk'", resolveDir: folder },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      external: ['socket.io-client'],
      write: false,
    })
    const script = outputFiles[0]?.contents ?? new Uint8Array()
    const size = gzipSync(script, { level: 9 }).length
    console.log(`      ${size} bytes of ${script.length} before compression`)
    expect(size).to.be.at.most(bound)
  })
})
