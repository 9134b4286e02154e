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
import { packing } from '../rig/packing.ts'
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

/** What a person does with it: signs up, founds, hears of it live, guards an app. Written for both kinds of modules. */
const program = `
const rolecall = new Rolecall({ baseUrl: process.argv[2] })
const main = async () => {
  const email = 'packed-' + process.pid + '@example.com'
  const { account, organisation } = await rolecall.accounts.create({ name: 'Packed', email, password: 'correct horse battery' })
  const live = rolecall.live(organisation.id)
  await live.ready
  const heard = new Promise((resolve) => live.on('organisation.renamed', resolve))
  await rolecall.organisations.update({ organisation: organisation.id, name: email })
  console.log((await heard).data.after.name === email && live.role)
  const failed = await rolecall.organisations.create({ name: '' }).catch((error) => error)
  console.log(failed instanceof RolecallError && failed.code)
  const refused = await verifyWebhook('{}', new Headers(), 'whsec_' + 'A'.repeat(32)).catch((error) => error)
  console.log(refused instanceof WebhookVerificationError && refused.code)
  const guard = createGuard({ rolecall })
  await guard.ready(organisation.id)
  console.log(guard.can(account.id, organisation.id, 'role:manage'))
  guard.close()
  rolecall.close()
}
main()
`

/** What must compile for somebody who has installed the SDK and no types beside it. */
const typed = `
import { Rolecall, RolecallError, type BuiltInRole, type Member, type MembersView, type ProblemCode } from '@rolecall/sdk'
import { createGuard, type Guard } from '@rolecall/sdk/guard'
import { verifyWebhook, WebhookVerificationError, webhookReceiver } from '@rolecall/sdk/webhooks'
export const receive = webhookReceiver({ secrets: ['whsec_a', 'whsec_b'], onEvent: (event) => {
  if (event.type !== 'member.role_changed') return
  const role: BuiltInRole | \`rol_\${string}\` = event.data.after.role
  return role
} })
export async function verify(request: Request): Promise<string> {
  try {
    return (await verifyWebhook(await request.text(), request.headers, 'whsec_a')).id
  } catch (error) {
    // @ts-expect-error: no such code
    if (error instanceof WebhookVerificationError && error.code === 'expired') return ''
    throw error
  }
}
const rolecall = new Rolecall({ baseUrl: 'http://127.0.0.1:3000' })
export const guard: Guard = createGuard({ rolecall: (organisation) => (organisation === '' ? undefined : rolecall) })
export const approve = guard.requirePermission('report:approve', {
  organisation: ({ params }: { headers: Record<string, string>; params: { organisation: string } }) => params.organisation,
})
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
    this.timeout(300_000)
    folder = await mkdtemp(join(tmpdir(), 'rolecall-packed-'))
    await run(sdk, join(sdk, 'node_modules/.bin/tsup'))
    const [program = '', ...parameters] = packing.split(' ')
    await run(root, program, '--prefer-offline', ...parameters, '--pack-destination', folder)
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
    const entries = ['guard', 'index', 'webhooks'].flatMap((name) =>
      ['cjs', 'd.cts', 'd.ts', 'js'].map((kind) => `${name}.${kind}`),
    )
    // Beside them the declarations that both have.
    const shared = files.filter((name) => /^types\.d-[\w-]+\.d\.c?ts$/.test(name))
    expect(files.filter((name) => !shared.includes(name)).sort()).to.deep.equal(entries)
    expect(shared.length).to.equal(2)
    for (const name of files) {
      const text = await readFile(join(folder, 'package/dist', name), 'utf8')
      expect(text, name).not.to.match(/@rolecall\/contract|\bzod\b/i)
    }
  })

  it('is not packed by npm, which says how it is', async () => {
    const packed = await execute('npm', ['pack', '--pack-destination', folder], { cwd: sdk }).then(
      () => 'it was',
      ({ stderr }: { readonly stderr: string }) => stderr,
    )
    expect(packed).to.include('cannot be imported').and.to.include(packing)
  })

  it('passes publint and arethetypeswrong', async () => {
    const { messages } = await publint({ pkgDir: join(folder, 'package'), pack: false, level: 'warning', strict: true })
    expect(messages).to.deep.equal([])
    await run(folder, process.execPath, attw, tarball, '--profile', 'node16')
  })

  for (const [kind, file, take] of [
    ['ESM', 'use.mjs', (names: string, from: string) => `import ${names} from '${from}'`],
    ['CommonJS', 'use.cjs', (names: string, from: string) => `const ${names} = require('${from}')`],
  ] as const) {
    it(`works from ${kind}`, async () => {
      const lines = [
        take('{ Rolecall, RolecallError }', '@rolecall/sdk'),
        take('{ verifyWebhook, WebhookVerificationError }', '@rolecall/sdk/webhooks'),
        take('{ createGuard }', '@rolecall/sdk/guard'),
      ]
      await writeFile(join(folder, file), `${lines.join('\n')}\n${program}`)
      const said = await run(folder, process.execPath, file, (await sharedServer()).url)
      expect(said.trim().split('\n')).to.deep.equal(['admin', 'invalid_request', 'missing_header', 'true'])
    })
  }

  it('is typed for both kinds of modules, without any other package’s types', async () => {
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
