import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { anApplication } from './rig/applications.ts'
import { cloneOf, needsGit } from './rig/git.ts'
import { anOrganisation } from './rig/people.ts'

describe('the commits of a repository', () => {
  before(function () {
    needsGit(this)
  })

  it('are shown whatever one of them says: a subject of 17 MB is cut', async () => {
    const acme = await anOrganisation()
    const application = await anApplication(acme)
    const clone = await cloneOf(acme.admin, application)
    await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:main')
    await writeFile(join(clone.folder, 'said'), 'é'.repeat(8_500_000))
    await clone.run('commit', '--quiet', '--allow-empty', '--file', 'said')
    expect((await clone.run('push', 'origin', 'HEAD:main', 'HEAD:side')).code).to.equal(0)
    const { status, body } = await acme.admin.api('GET', `${application.path}/repository`)
    expect(status).to.equal(200)
    const subjects = body.commits.map(({ subject }: { subject: string }) => subject)
    expect(subjects).to.deep.equal([`${'é'.repeat(199)}…`, 'Begin'])
    const tips = body.branches.map(({ name, commit }: { name: string; commit: object }) => [name, commit])
    expect(tips).to.deep.equal(['main', 'side'].map((name) => [name, body.commits[0]]))
    const events = await acme.admin.api('GET', `/organisations/${acme.id}/events?type=repository.pushed`)
    expect(events.body.data[1].data).to.deep.include({ count: 1, commits: [body.commits[0]] })
  })
})
