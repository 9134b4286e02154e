import { expect } from 'chai'
import { createAccess } from '../server/src/access/access.ts'
import { models as accessModels } from '../server/src/access/documents.ts'
import { createSessionTable } from '../server/src/access/session-table.ts'
import { createTable } from '../server/src/access/table.ts'
import { models as applicationModels } from '../server/src/applications/documents.ts'
import { systemClock } from '../server/src/clock.ts'
import { models as logModels } from '../server/src/log/documents.ts'
import { createLog } from '../server/src/log/log.ts'
import { models as repositoryModels } from '../server/src/repositories/documents.ts'
import { beginPush } from '../server/src/repositories/pushes.ts'
import { models as webhookModels } from '../server/src/webhooks/documents.ts'
import { findOwned } from '../server/src/webhooks/owned.ts'
import { anApplication } from './rig/applications.ts'
import { newToken } from './rig/git.ts'
import { anOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

const updates = [{ ref: 'refs/heads/main', after: 'a'.repeat(40), forced: false }]

/** A push as the hook asks about it, at a node whose feed has not heard of anything. */
async function aPush({ expiresAt = new Date(8e15), beforeTheEnd = async (_member: string) => {} } = {}) {
  const { connection } = (await sharedServer()).app
  const models = {
    ...accessModels(connection),
    ...logModels(connection),
    ...applicationModels(connection),
    ...repositoryModels(connection),
    ...webhookModels(connection),
  }
  const now = systemClock
  const log = createLog({ connection, models, now })
  const access = createAccess({
    models,
    log,
    table: createTable({ models, log }),
    sessions: createSessionTable(models),
    noteUse: () => undefined,
    now,
    isFresh: () => false,
    socketsOf: () => 0,
    webhooksOf: findOwned(models),
  })
  const acme = await anOrganisation()
  const developer = await acme.add('developer')
  const { id: application } = await anApplication(acme)
  const [{ id: token }, account] = [await newToken(developer), developer.account.id]
  const controller = new AbortController()
  // What takes time lies before the last look: sizes are measured.
  const space = {
    async take() {
      await beforeTheEnd(developer.member)
      return () => undefined
    },
    measure: async () => undefined,
  }
  const push = beginPush(
    { models, access, now, space, timeoutMs: 1_000, defaultBranchOf: async () => 'main' },
    {
      principal: { kind: 'token', account, token, expiresAt },
      organisation: acme.id,
      application,
      signal: controller.signal,
    },
  )
  return {
    acme,
    developer,
    controller,
    decide: () => push.decide({ updates, bytes: 1 }),
    wasAllowed: push.wasAllowed,
    kept: () => models.pushes.countDocuments({ application }),
  }
}

const remove = ({ acme, developer }: Awaited<ReturnType<typeof aPush>>) =>
  acme.admin.api('DELETE', `/organisations/${acme.id}/members/${developer.member}`)

describe('the last look at a push', () => {
  it('lets it through for who may, and writes down who it was', async () => {
    const push = await aPush()
    expect([await push.decide(), push.wasAllowed(), await push.kept()]).to.deep.equal([undefined, true, 1])
  })

  it('E57 asks the database, and not what the node has heard', async () => {
    const push = await aPush()
    await remove(push)
    expect(await push.decide()).to.equal('There is nothing here')
    expect([push.wasAllowed(), await push.kept()]).to.deep.equal([false, 0])
  })

  it('E57 is taken once more after all that takes time', async () => {
    let end = async () => {}
    const push = await aPush({ beforeTheEnd: () => end() })
    end = async () => void (await remove(push))
    expect(await push.decide()).to.equal('There is nothing here')
    expect([push.wasAllowed(), await push.kept()]).to.deep.equal([false, 0])
  })

  it('E59 sees a token whose time is over, and an exchange that was ended', async () => {
    const late = await aPush({ expiresAt: new Date() })
    expect(await late.decide()).to.match(/access has ended/)
    const ended = await aPush()
    ended.controller.abort()
    expect(await ended.decide()).to.match(/access has ended/)
    expect([ended.wasAllowed(), await ended.kept()]).to.deep.equal([false, 0])
  })
})
