import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { compile, type Edits } from './rig/compiler.ts'
import { blocksOf, read, root, trackedFiles } from './rig/docs.ts'
import { anOrganisation } from './rig/people.ts'
import { startServerProcess } from './rig/process.ts'
import { atEnd } from './rig/teardown.ts'

/** Where in each file of “How to add an operation” its line goes: before this. */
const places: Readonly<Record<string, string>> = {
  'packages/contract/src/members/operations.ts': '} as const satisfies Operations',
  'packages/contract/src/members/schemas.ts': '} satisfies SchemasFor<typeof members>',
  'server/src/members/members.ts': '    async list(call) {',
  'test/operation-matrix.test.ts':
    "    add: (world) => ({ ...inOrganisation(world), email: world.stranger.email, role: 'developer' }),",
}

interface Step {
  readonly file: string
  readonly insert: (source: string) => string
}

/** The steps of CONTRIBUTING that insert something, each with the file that the text before it names. */
function steps(): Step[] {
  const lines = read('CONTRIBUTING.md').split('\n')
  return blocksOf('CONTRIBUTING.md')
    .filter(({ note }) => note === 'insert')
    .map(({ line, code }) => {
      const before = lines.slice(0, line - 1).join('\n')
      const file = [...before.matchAll(/`([\w./-]+\.ts)`/g)].at(-1)?.[1] ?? ''
      const place = places[file] ?? ''
      return { file, insert: (source) => source.replace(place, () => `${code}\n${place}`) }
    })
}

describe('how to add an operation, as CONTRIBUTING has it', function () {
  this.timeout(400_000)

  it('goes through the files of which each demands the next, until the compiler is content', () => {
    const all = steps()
    expect(all.map(({ file }) => file)).to.deep.equal(Object.keys(places))
    const files = all.map(({ file }) => file)
    const edits: Record<string, Edits[string]> = {}
    all.forEach(({ file, insert }, index) => {
      edits[file] = insert
      const demanding = compile(files, edits).map((error) => error.split(': ')[0] ?? '')
      const rest = files.slice(index + 1)
      expect(
        demanding.filter((demands) => !rest.includes(demands)),
        `after ${file}`,
      ).to.deep.equal([])
      if (rest.length > 0) expect(demanding, `after ${file}`).to.include(rest[0])
    })
  })

  it('gives an operation that server, OpenAPI and SDK have', async () => {
    const copy = copyOfTheTree()
    for (const { file, insert } of steps()) {
      writeFileSync(join(copy, file), insert(readFileSync(join(copy, file), 'utf8')))
    }
    const { url } = await startServerProcess({ root: copy })
    const organisation = await anOrganisation({ url })
    const developer = await organisation.add('developer')

    const { Rolecall } = await import(pathToFileURL(join(copy, 'sdk/src/index.ts')).href)
    const rolecall = new Rolecall({ baseUrl: url })
    const { email, password } = organisation.admin
    await rolecall.sessions.create({ email, password })
    expect(await rolecall.members.count({ organisation: organisation.id })).to.deep.equal({ count: 2 })
    rolecall.close()

    const refused = await developer.api('GET', `/organisations/${organisation.id}/member-count`)
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'forbidden'])
    const openApi = await (await fetch(`${url}/openapi.json`)).json()
    expect(openApi.paths['/v1/organisations/{organisation}/member-count'].get.operationId).to.equal('members.count')
  })
})

/** What a server needs of the tree, with the packages that are installed here. */
function copyOfTheTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'rolecall-copy-'))
  atEnd(async () => rmSync(copy, { recursive: true, force: true }))
  for (const file of trackedFiles().filter((name) => !name.startsWith('packages/dashboard/'))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  // Links between the packages of the workspace are relative: those of the copy lead to the copy.
  for (const part of ['packages/contract', 'packages/embedded-mongo', 'server', 'sdk']) {
    const modules = join(root, part, 'node_modules')
    if (existsSync(modules))
      cpSync(modules, join(copy, part, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  }
  return copy
}
