import { exec } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { anEmptyDatabase } from './rig/database.ts'
import { blocksOf, root } from './rig/docs.ts'
import { anOrganisation, apiOf } from './rig/people.ts'
import { anEmptyFolder } from './rig/program.ts'
import { startServer, testEnvironment } from './rig/server.ts'

const run = promisify(exec)
const uriInDocs = `'mongodb://127.0.0.1:27017/rolecall?replicaSet=rs0'`

const commands = blocksOf('docs/backup.md')
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.split('\n'))
  // Starting is tried below, in this process.
  .filter((command) => !command.endsWith('npm start'))

/** What `npm run` would run, but for building what is built. */
function asRun(command: string): string {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return command.replace(/npm run (\w+) --/, (_, name: string) => scripts[name])
}

describe('docs/backup.md', function () {
  this.timeout(400_000)

  it('shows commands that do what it says, one after the other', async () => {
    const folder = await anEmptyFolder()
    const dataDir = join(folder, 'data')
    const server = await startServer({ dataDir, env: { MONGODB_URI: '' } })
    const { id, admin } = await anOrganisation({ url: server.url })
    await server.close()
    const env = { ...process.env, ...testEnvironment(dataDir), MONGODB_URI: '' }
    const databases: string[] = []
    for (const command of commands) {
      const uri = command.includes(uriInDocs) ? await anEmptyDatabase() : ''
      if (uri !== '') databases.push(uri)
      const here = asRun(command)
        .replaceAll('rolecall.backup', join(folder, 'rolecall.backup'))
        .replaceAll('./restored', join(folder, 'restored'))
        .replaceAll(uriInDocs, `'${uri}'`)
      expect((await run(here, { cwd: root, env })).stderr, command).to.equal('')
    }
    const places = [
      { dataDir: join(folder, 'restored'), env: { MONGODB_URI: '' } },
      ...databases.map((uri) => ({ dataDir, env: { MONGODB_URI: uri } })),
    ]
    expect(places).to.have.lengthOf(3)
    for (const place of places) {
      const started = await startServer(place)
      const { status } = await apiOf(started.url, admin.session.accessToken)('GET', `/organisations/${id}`)
      expect(status).to.equal(200)
      await started.close()
    }
  })
})
