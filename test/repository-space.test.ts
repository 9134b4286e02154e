import { expect } from 'chai'
import { models as repositoryModels } from '../server/src/repositories/documents.ts'
import { createSpace } from '../server/src/repositories/space.ts'
import { anApplication } from './rig/applications.ts'
import { anOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

describe('the place of an organisation’s repositories', () => {
  it('is not taken twice by pushes that arrive at once, and is there again once they are over', async () => {
    const acme = await anOrganisation()
    const applications = [await anApplication(acme), await anApplication(acme)]
    const models = repositoryModels((await sharedServer()).app.connection)
    const space = createSpace({
      models,
      sizeOf: async () => 0,
      makeRoom: async () => false,
      limits: { maxRepositoryBytes: 250, maxOrganisationBytes: 300 },
    })
    const codeOf = (error: { code: string }) => error.code
    const attempts = [0, 0, 0, 1, 1, 1].map((at) => space.take(acme.id, applications[at]?.id ?? '', 100).catch(codeOf))
    const taken = await Promise.all(attempts)
    expect(taken.map((one) => (typeof one === 'string' ? one : 'taken'))).to.deep.equal([
      ...['taken', 'taken', 'payload_too_large'],
      ...['taken', 'storage_limit', 'storage_limit'],
    ])
    for (const release of taken) if (typeof release === 'function') release()
    for (const { id } of applications) await space.measure(id)
    const left = await models.repositories.find({ organisation: acme.id }, { bytes: 1 }).lean()
    expect(left.map(({ bytes }) => bytes)).to.deep.equal([0, 0])
  })
})
