import { existsSync } from 'node:fs'
import { appendFile, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { sumOf } from '../server/src/backup/parts.ts'
import { openBackupFile } from '../server/src/backup/read-file.ts'
import { withSnapshot } from '../server/src/backup/snapshot.ts'
import { anEmptyDatabase } from './rig/database.ts'
import { anOrganisation, signUp, type TestOrganisation } from './rig/people.ts'
import { anEmptyFolder, killedAfter, runProgram } from './rig/program.ts'
import { answersOf, differences } from './rig/same-answers.ts'
import { startServer, type TestServer } from './rig/server.ts'

const embedded = { MONGODB_URI: '' }

/** A server with data of its own, and an organisation in it. */
async function anInstallation(): Promise<{ server: TestServer; dataDir: string; acme: TestOrganisation }> {
  const dataDir = await anEmptyFolder()
  const server = await startServer({ dataDir, env: embedded })
  const acme = await anOrganisation({ url: server.url })
  for (const role of ['manager', 'developer', 'accounting']) await acme.add(role)
  return { server, dataDir, acme }
}

/** The backup of a small installation, made once: what it is refused for is the same of any. */
let small: Promise<string> | undefined
function aBackup(): Promise<string> {
  small ??= (async () => {
    const { server, dataDir } = await anInstallation()
    const path = join(await anEmptyFolder(), 'small.backup')
    const made = await runProgram({ name: 'backup', args: ['--to', path], dataDir })
    expect(made.stderr).to.equal('')
    await server.close()
    return path
  })()
  return small
}

async function aCopy(): Promise<string> {
  const copy = join(await anEmptyFolder(), 'copy.backup')
  await writeFile(copy, await readFile(await aBackup()))
  return copy
}

const refusalOf = (path: string): Promise<string> =>
  openBackupFile(path).then(
    () => 'it was taken',
    (error: unknown) => String(error),
  )

describe('a backup', function () {
  this.timeout(300_000)

  it('is made beside the server, of one moment, and restored answers the same, byte for byte', async () => {
    const { server, dataDir, acme } = await anInstallation()
    const people = [
      acme.admin,
      await acme.add('manager'),
      await acme.add('developer'),
      await signUp({ url: server.url }),
    ]
    const path = join(await anEmptyFolder(), 'whole.backup')
    const before = await answersOf(server.url, people, [acme.id])
    let changes = 0
    let isDone = false
    const program = { name: 'backup', args: ['--to', path], dataDir } as const
    const backup = runProgram(program).finally(() => {
      isDone = true
    })
    while (!isDone) {
      await acme.add('developer')
      changes += 1
    }
    expect(await backup).to.deep.include({ code: 0, stderr: '' })
    expect(changes).to.be.greaterThan(0)
    const { body: live } = await acme.admin.api('GET', `/organisations/${acme.id}/events?limit=200`)
    await server.close()

    const restored = await anEmptyFolder()
    const done = await runProgram({ name: 'restore', args: ['--from', path], dataDir: restored })
    expect([done.code, done.stderr]).to.deep.equal([0, ''])
    expect(done.stdout).to.match(/^\d+ logs are whole: \d+ events\.$/m)
    const second = await startServer({ dataDir: restored, env: embedded })
    const after = await answersOf(second.url, people, [acme.id])
    const { data } = JSON.parse(
      (after[`${acme.admin.email} /organisations/${acme.id}/events?limit=200`] ?? '').slice(4),
    )
    // What was there before, and as much of what was changed meanwhile as had happened at one moment.
    expect(data).to.deep.equal(live.data.slice(0, data.length))
    const members = await second.app.connection.collection('memberships').countDocuments({ organisation: acme.id })
    const added = data.filter(({ type }: { type: string }) => type === 'member.added').length
    expect(members).to.equal(added)
    const unchanged = Object.keys(before).filter((path) => !/organisations/.test(path))
    expect(unchanged.map((path) => after[path])).to.deep.equal(unchanged.map((path) => before[path]))
    await second.close()
  })

  it('reads every collection as it was when it began', async () => {
    const { server, acme } = await anInstallation()
    const { connection } = server.app
    const count = async (name: string) => connection.collection(name).countDocuments()
    const [events, memberships] = [await count('events'), await count('memberships')]
    const read = await withSnapshot(connection, async ({ collections, part }) => {
      await acme.add('developer')
      const found: Record<string, number> = {}
      for (const shape of collections) found[shape.name] = (await sumOf(part(shape).pieces)).pieces
      return found
    })
    expect(read).to.deep.include({ events, memberships })
    expect(await count('memberships')).to.equal(memberships + 2)
    await server.close()
  })

  it('of a replica set is restored to another, or to the embedded engine', async () => {
    const [one, other, dataDir] = [await anEmptyDatabase(), await anEmptyDatabase(), await anEmptyFolder()]
    const server = await startServer({ dataDir, env: { MONGODB_URI: one } })
    const acme = await anOrganisation({ url: server.url })
    const people = [acme.admin, await acme.add('developer')]
    const before = await answersOf(server.url, people, [acme.id])
    const path = join(dataDir, 'remote.backup')
    const env = { MONGODB_URI: one }
    expect((await runProgram({ name: 'backup', args: ['--to', path], dataDir, env })).code).to.equal(0)
    await server.close()
    const engine = await anEmptyFolder()
    const targets = [
      { dataDir, env: { MONGODB_URI: other } },
      { dataDir: engine, env: embedded },
    ]
    for (const target of targets) {
      const { code, stderr } = await runProgram({ name: 'restore', args: ['--from', path], ...target })
      expect([code, stderr]).to.deep.equal([0, ''])
      const restored = await startServer(target)
      expect(differences(await answersOf(restored.url, people, [acme.id]), before)).to.deep.equal([])
      await restored.close()
    }
  })

  it('can be read by its owner alone, replaces no other file, and gets a name in a folder', async () => {
    const path = await aBackup()
    expect((await stat(path)).mode & 0o777).to.equal(0o600)
    const { server, dataDir } = await anInstallation()
    const occupied = join(await anEmptyFolder(), 'mine')
    await writeFile(occupied, 'precious')
    const refused = await runProgram({ name: 'backup', args: ['--to', occupied], dataDir })
    expect([refused.code, refused.stderr]).to.deep.equal([2, `${occupied} is there already, and was left as it is.\n`])
    expect(await readFile(occupied, 'utf8')).to.equal('precious')
    const folder = await anEmptyFolder()
    await runProgram({ name: 'backup', args: ['--to', folder], dataDir })
    expect((await readdir(folder)).join()).to.match(/^rolecall-20\d\d-[\w-]+Z\.backup$/)
    await server.close()
  })

  it('that is cut off or changed anywhere is refused as damaged', async () => {
    const { size } = await stat(await aBackup())
    for (const at of [0.02, 0.3, 0.6, 0.9, 0.999]) {
      const flipped = await aCopy()
      const file = await open(flipped, 'r+')
      const position = Math.floor(size * at)
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position)
      await file.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, position)
      await file.close()
      expect(await refusalOf(flipped), `byte ${position}`).to.match(/is damaged or not whole|is of format|is no backup/)
      const short = await aCopy()
      await truncate(short, position)
      expect(await refusalOf(short), `cut at ${position}`).to.match(/is damaged or not whole/)
    }
    const longer = await aCopy()
    await appendFile(longer, 'x')
    expect(await refusalOf(longer)).to.match(/is damaged/)
  })

  it('that is none, or of a newer format, is refused before anything is touched', async () => {
    const dataDir = join(await anEmptyFolder(), 'data')
    const other = join(await anEmptyFolder(), 'other')
    await writeFile(other, 'something else')
    const newer = await aCopy()
    const bytes = await readFile(newer, 'latin1')
    await writeFile(newer, bytes.replace('format 1', 'format 2'), 'latin1')
    const damaged = await aCopy()
    await truncate(damaged, 1_000)
    const refusals = {
      [other]: 'is no backup of Rolecall',
      [newer]: 'is of format 2, and this Rolecall reads formats up to 1. Restore it with the newer Rolecall.',
      [damaged]: 'is damaged or not whole: nothing was restored.',
    }
    for (const [from, message] of Object.entries(refusals)) {
      const { code, stderr } = await runProgram({ name: 'restore', args: ['--from', from], dataDir })
      expect([code, stderr.includes(message)], stderr).to.deep.equal([2, true])
    }
    expect(existsSync(dataDir)).to.equal(false)
  })

  it('goes nowhere where there is something already, and leaves it as it is', async () => {
    const path = await aBackup()
    const { server, dataDir, acme } = await anInstallation()
    const before = await answersOf(server.url, [acme.admin], [acme.id])
    await server.close()
    const restore = { name: 'restore', args: ['--from', path], dataDir } as const
    const otherKey = await runProgram(restore)
    expect([otherKey.code, otherKey.stderr]).to.deep.equal([
      2,
      `${join(dataDir, 'secret.key')} is not the key that sealed what is in the backup. Nothing was restored.\n`,
    ])
    const key = (await readFile(join(dataDir, 'secret.key'), 'utf8')).trim()
    const ownPath = join(await anEmptyFolder(), 'own.backup')
    await runProgram({ name: 'backup', args: ['--to', ownPath], dataDir })
    const notEmpty = await runProgram({ ...restore, args: ['--from', ownPath], env: { SECRET_KEY: key } })
    expect(notEmpty.code).to.equal(2)
    expect(notEmpty.stderr).to.include('is not empty')
    const again = await startServer({ dataDir, env: embedded })
    expect(differences(await answersOf(again.url, [acme.admin], [acme.id]), before)).to.deep.equal([])
    await again.close()
  })

  it('has the key in it unless that was given by SECRET_KEY, which must be given again', async () => {
    const secret = 'a secret key of more than thirty-two characters'
    const dataDir = await anEmptyFolder()
    const server = await startServer({ dataDir, env: { ...embedded, SECRET_KEY: secret } })
    const ada = await signUp({ url: server.url })
    await server.close()
    const path = join(await anEmptyFolder(), 'sealed.backup')
    const backup = { name: 'backup', args: ['--to', path], dataDir } as const
    expect((await runProgram(backup)).stderr).to.include('Give the one that the server has.')
    const wrong = await runProgram({ ...backup, env: { SECRET_KEY: `${secret}!` } })
    expect([wrong.code, wrong.stderr.includes('its signing keys cannot be opened')]).to.deep.equal([2, true])
    const keyless = await startServer({ dataDir, env: embedded }).then(
      () => 'it started',
      (error: unknown) => String(error),
    )
    expect(keyless).to.include('this database was set up with a key')
    expect(await readdir(dataDir), 'no other key').not.to.include('secret.key')
    expect((await runProgram({ ...backup, env: { SECRET_KEY: secret } })).code).to.equal(0)
    const target = await anEmptyFolder()
    const restore = { name: 'restore', args: ['--from', path], dataDir: target } as const
    expect((await runProgram(restore)).stderr).to.include('The backup was made with SECRET_KEY')
    expect((await runProgram({ ...restore, env: { SECRET_KEY: `${secret}!` } })).stderr).to.include('is not the key')
    expect(await readdir(target)).to.deep.equal([])
    expect((await runProgram({ ...restore, env: { SECRET_KEY: secret } })).code).to.equal(0)
    const again = await startServer({ dataDir: target, env: { ...embedded, SECRET_KEY: secret } })
    expect((await answersOf(again.url, [ada], []))[`${ada.email} /account`]).to.match(/^200 /)
    await again.close()
  })

  it('that was killed leaves no file of its name; a restore that was killed is no installation, and can be repeated', async () => {
    const { server, dataDir, acme } = await anInstallation()
    const before = await answersOf(server.url, [acme.admin], [acme.id])
    const folder = await anEmptyFolder()
    const path = join(folder, 'killed.backup')
    const backup = { name: 'backup', args: ['--to', path], dataDir } as const
    expect(await killedAfter(/ events /, backup)).to.equal(true)
    expect(existsSync(path)).to.equal(false)
    expect((await runProgram(backup)).code).to.equal(0)
    await server.close()

    const target = await anEmptyFolder()
    const restore = { name: 'restore', args: ['--from', path], dataDir: target } as const
    for (const last of ['accounts', 'heads', 'webhooks']) {
      expect(await killedAfter(new RegExp(` ${last} `), restore), last).to.equal(true)
      const refusal = await startServer({ dataDir: target, env: embedded }).then(
        () => 'it started',
        (error: unknown) => String(error),
      )
      expect(refusal).to.include('These data are not whole: npm run restore')
      const backedUp = await runProgram({ ...backup, args: ['--to', join(folder, 'half')], dataDir: target })
      expect(backedUp.stderr).to.include('These data are not whole')
    }
    const { code, stderr } = await runProgram(restore)
    expect([code, stderr]).to.deep.equal([0, ''])
    const again = await startServer({ dataDir: target, env: embedded })
    expect(differences(await answersOf(again.url, [acme.admin], [acme.id]), before)).to.deep.equal([])
    await again.close()
  })
})
