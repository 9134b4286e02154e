import { access, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { PushDocument } from '../server/src/repositories/documents.ts'
import { anApplication } from './rig/applications.ts'
import { cloneOf, needsGit } from './rig/git.ts'
import { anOrganisation } from './rig/people.ts'
import { startServer } from './rig/server.ts'

describe('a branch that a killed git has left locked', () => {
  before(function () {
    needsGit(this)
  })

  it('can be pushed to again once nothing can hold the lock any more', async () => {
    const first = await startServer()
    const acme = await anOrganisation({ url: first.url })
    const application = await anApplication(acme)
    const clone = await cloneOf(acme.admin, application)
    await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:main')
    const path = join(first.dataDir, 'repositories', `${application.id}.git`)
    const [old, young] = [join(path, 'refs', 'heads', 'main.lock'), join(path, 'packed-refs.lock')]
    for (const lock of [old, young]) await writeFile(lock, '')
    await utimes(old, 1, 1)
    const { id, name } = acme.admin.account
    const push: PushDocument = {
      _id: 'psh_left',
      application: application.id,
      actor: { id, name },
      updates: [],
      // Later than this server looks: the next one does as it starts.
      dueAt: new Date(Date.now() + 60_000),
      endsBy: new Date(),
    }
    const pushesOf = ({ app }: typeof first) => app.connection.collection<PushDocument>('pushes')
    await pushesOf(first).insertOne(push)
    await first.app.close()

    const second = await startServer({ dataDir: first.dataDir })
    const isThere = (file: string) =>
      access(file).then(
        () => true,
        () => false,
      )
    expect([await isThere(old), await isThere(young)]).to.deep.equal([false, true])
    // It is come back to, for the younger one.
    expect(await pushesOf(second).countDocuments()).to.equal(1)
    await second.close()
    await first.close()
  })
})
