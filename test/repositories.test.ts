import { expect } from 'chai'
import { anApplication } from './rig/applications.ts'
import { type ApplicationAt, aClone, aFolder, aToken, cloneOf, git, needsGit, remoteOf } from './rig/git.ts'
import { connectLive } from './rig/live.ts'
import { anOrganisation, type Person, signUp, type TestOrganisation } from './rig/people.ts'

const ids = (commits: readonly { id: string }[]) => commits.map(({ id }) => id)

/** What the log says of an application’s repository, by somebody who sees all. */
async function told({ admin, id }: TestOrganisation, type = 'repository.pushed') {
  const { body } = await admin.api('GET', `/organisations/${id}/events?type=${type}&limit=200`)
  return body.data.map(({ actor, data }: { actor: { id: string }; data: object }) => ({ by: actor.id, ...data }))
}

async function begun(organisation: TestOrganisation, person: Person) {
  const application = await anApplication(organisation)
  const clone = await cloneOf(person, application)
  const first = await clone.commit('Begin')
  await clone.run('push', 'origin', 'HEAD:main')
  return { application, clone, first }
}

async function refsOf(person: Person, application: ApplicationAt): Promise<string> {
  const remote = remoteOf(person, application.organisation, application.id, await aToken(person))
  return (await git(await aFolder(), 'ls-remote', remote)).output
}

describe('a repository', () => {
  before(function () {
    needsGit(this)
  })

  it('is cloned, committed to and pushed by a Developer, live for who may see it', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer', { name: 'Grace Hopper' })
    const accounting = await acme.add('accounting')
    const [live, silent] = [await connectLive(acme.admin), await connectLive(accounting)]
    const application = await anApplication(acme)
    const { id, name, path } = application
    for (const one of [live, silent]) await one.subscribe(acme.id)
    const clone = await cloneOf(developer, application)
    const first = await clone.commit('Draw the front page')
    const second = await clone.commit('Colour it')
    expect(await clone.run('push', '--quiet', 'origin', 'HEAD:main')).to.deep.equal({ code: 0, output: '' })
    const { body: event } = await live.until(({ body }) => body.type === 'repository.pushed')
    expect(event.actor).to.deep.equal({ kind: 'account', id: developer.account.id, name: 'Grace Hopper' })
    const about = { application: { id, name }, branch: 'main', before: null, after: second, forced: false, count: 2 }
    expect(event.data).to.deep.include(about)
    expect(ids(event.data.commits)).to.deep.equal([second, first])
    expect(event.data.commits[0]).to.deep.include({ subject: 'Colour it', author: { name: 'Ada Lovelace' } })
    const { body } = await developer.api('GET', `${path}/repository`)
    const [latest] = event.data.commits
    expect(body).to.deep.equal({
      cloneUrl: `${developer.url}/git/${acme.id}/${id}.git`,
      defaultBranch: 'main',
      branches: [{ name: 'main', commit: latest }],
      commits: event.data.commits,
    })
    const again = await cloneOf(acme.admin, application)
    expect((await again.run('log', '--format=%s')).output).to.equal('Colour it\nDraw the front page\n')
    await silent.settled()
    expect(silent.received.filter((one) => one.name === 'event')).to.deep.equal([])
  })

  it('tells what each push brought to a branch, and what became of tags', async () => {
    const acme = await anOrganisation()
    const { application, clone, first } = await begun(acme, acme.admin)
    const on = await clone.commit('Go on')
    await clone.run('push', 'origin', 'HEAD:main', 'HEAD:refs/heads/side', 'HEAD:refs/tags/v1')
    const after = await clone.commit('Only here')
    await clone.run('push', 'origin', 'HEAD:side')
    const pushed = await told(acme)
    expect(
      pushed.map(({ branch, before, after, commits }: never) => [branch, before, after, ids(commits)]),
    ).to.deep.equal([
      ['main', null, first, [first]],
      ['main', first, on, [on]],
      ['side', null, on, [on]],
      ['side', on, after, [after]],
    ])
    const [tagged] = await told(acme, 'repository.tagged')
    expect(tagged).to.deep.include({ tag: 'v1', before: null, after: on })
    const { body } = await acme.admin.api('GET', `${application.path}/repository?branch=side`)
    expect(ids(body.commits)).to.deep.equal([after, on, first])
    expect(body.branches.map(({ name }: { name: string }) => name)).to.deep.equal(['main', 'side'])
    const none = await acme.admin.api('GET', `${application.path}/repository?branch=none`)
    expect(none.status).to.equal(404)
  })

  it('shows of a long push the last twenty commits and how many there were, in one line each', async () => {
    const acme = await anOrganisation()
    const application = await anApplication(acme)
    const clone = await cloneOf(acme.admin, application)
    for (let count = 0; count < 25; count += 1) await clone.commit(`Step ${count}`)
    await clone.commit(`\u202eTurned ${'long '.repeat(80)}`)
    await clone.run('push', 'origin', 'HEAD:main')
    const [pushed] = await told(acme)
    expect([pushed.count, pushed.commits.length]).to.deep.equal([26, 20])
    expect(pushed.commits[0].subject).to.match(/^\ufffdTurned long .*…$/)
    expect(pushed.commits[0].subject).to.have.lengthOf(200)
  })

  it('checks out the first branch that is pushed, where it is another than main', async () => {
    const acme = await anOrganisation()
    const application = await anApplication(acme)
    const clone = await cloneOf(acme.admin, application)
    await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:master')
    expect((await acme.admin.api('GET', `${application.path}/repository`)).body.defaultBranch).to.equal('master')
    const again = await cloneOf(acme.admin, application)
    expect((await again.run('branch', '--show-current')).output).to.equal('master\n')
  })

  it('names each of two who push at the same moment', async () => {
    const acme = await anOrganisation()
    const { application } = await begun(acme, acme.admin)
    const people = [await acme.add('developer'), await acme.add('developer'), await acme.add('manager')]
    const clones = await Promise.all(people.map((person) => cloneOf(person, application)))
    await Promise.all(clones.map((clone) => clone.commit('At once')))
    const codes = await Promise.all(
      clones.map(async (clone, at) => (await clone.run('push', 'origin', `HEAD:own-${at}`)).code),
    )
    expect(codes).to.deep.equal([0, 0, 0])
    const own = (await told(acme)).filter(({ branch }: { branch: string }) => branch.startsWith('own-'))
    const expected = people.map(({ account }, at) => [`own-${at}`, account.id])
    expect(own.map(({ branch, by }: { branch: string; by: string }) => [branch, by]).sort()).to.deep.equal(expected)
  })
})

describe('who may clone and push', () => {
  before(function () {
    needsGit(this)
  })

  it('E30 is not Accounting, and of outsiders nobody learns what there is', async () => {
    const acme = await anOrganisation()
    const { application } = await begun(acme, acme.admin)
    const accounting = await acme.add('accounting')
    const remote = remoteOf(accounting, acme.id, application.id, await aToken(accounting))
    const folder = await aFolder()
    const cloned = await git(folder, 'clone', remote, 'a')
    expect(cloned.output).to.match(/remote: Your role does not permit this/)
    expect(cloned.output).not.to.include(application.name)
    const outsider = await signUp()
    const token = await aToken(outsider)
    const answers = await Promise.all(
      [
        [acme.id, application.id],
        [acme.id, 'app_01k9zzzzzzzzzzzzzzzzzzzzzz'],
        ['org_none', application.id],
      ].map(async ([organisation = '', id = '']) => {
        const authorization = `Basic ${Buffer.from(`${outsider.email}:${token}`).toString('base64')}`
        const path = `/git/${organisation}/${id}.git/info/refs?service=git-upload-pack`
        const answer = await fetch(`${outsider.url}${path}`, { headers: { authorization } })
        return [answer.status, await answer.text()]
      }),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).to.equal(1)
    expect(answers[0]?.[0]).to.equal(404)
  })

  it('E57 is a Developer, except by force: only who holds repository:force rewrites and deletes', async () => {
    const acme = await anOrganisation()
    const [developer, manager] = [await acme.add('developer'), await acme.add('manager')]
    const { application, clone, first } = await begun(acme, developer)
    await clone.run('push', 'origin', 'HEAD:side', 'HEAD:refs/tags/v1')
    const before = await refsOf(developer, application)
    await clone.run('commit', '--quiet', '--amend', '-m', 'Begin otherwise')
    const rewritten = (await clone.run('rev-parse', 'HEAD')).output.trim()
    for (const command of [
      ['--force', 'origin', 'HEAD:main'],
      ['--delete', 'origin', 'side'],
      ['--force', 'origin', 'HEAD:refs/tags/v1'],
      ['--delete', 'origin', 'v1'],
    ]) {
      const { code, output } = await clone.run('push', ...command)
      expect(code, command.join(' ')).not.to.equal(0)
      expect(output).to.match(/remote: .*repository:force/)
    }
    expect(await refsOf(developer, application)).to.equal(before)
    const count = (await told(acme)).length

    await clone.run('remote', 'set-url', 'origin', remoteOf(manager, acme.id, application.id, await aToken(manager)))
    expect((await clone.run('push', '--force', 'origin', 'HEAD:main')).code).to.equal(0)
    expect((await clone.run('push', '--delete', 'origin', 'side')).code).to.equal(0)
    const [forced, deleted] = (await told(acme)).slice(count)
    expect(forced).to.deep.include({ branch: 'main', before: first, after: rewritten, forced: true, count: 1 })
    expect(deleted).to.deep.include({ branch: 'side', before: first, after: null, forced: false, count: 0 })
  })

  it('is nobody who was removed, suspended, or whose organisation or application is deleted', async () => {
    const acme = await anOrganisation()
    const [removed, suspended, manager] = [
      await acme.add('developer'),
      await acme.add('developer'),
      await acme.add('manager'),
    ]
    const { application } = await begun(acme, acme.admin)
    const clones = await Promise.all([removed, suspended, manager].map((person) => cloneOf(person, application)))
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${removed.member}`)
    await acme.admin.api('POST', `/organisations/${acme.id}/members/${suspended.member}/suspend`)
    const works = async () => Promise.all(clones.map(async (clone) => (await clone.run('fetch')).code === 0))
    expect(await works()).to.deep.equal([false, false, true])
    await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    expect(await works()).to.deep.equal([false, false, false])
    // E45: with the organisation its repositories come back.
    await acme.admin.api('POST', `/organisations/${acme.id}/restore`)
    expect(await works()).to.deep.equal([false, false, true])
    await acme.admin.api('DELETE', application.path)
    expect(await works()).to.deep.equal([false, false, false])
  })

  it('is nobody without a token that holds, under a user name that is its owner’s', async () => {
    const acme = await anOrganisation()
    const { application } = await begun(acme, acme.admin)
    const { admin } = acme
    const other = await acme.add('developer')
    const token = await aToken(admin)
    const reads = async (user: string, password: string) => {
      const remote = remoteOf({ url: admin.url, email: user }, acme.id, application.id, password)
      return (await git(await aFolder(), 'ls-remote', remote)).code === 0
    }
    expect(await reads(admin.email.toUpperCase(), token)).to.equal(true)
    expect(await reads(admin.account.id, token)).to.equal(true)
    expect(await reads(other.email, token)).to.equal(false)
    expect(await reads(admin.email, `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`)).to.equal(false)
    expect(await reads(admin.email, admin.password)).to.equal(false)
    expect(await reads(admin.email, admin.session.accessToken)).to.equal(false)
    await expectClone(remoteOf(admin, acme.id, application.id, token))
  })
})

async function expectClone(remote: string): Promise<void> {
  expect((await aClone(remote)).folder).to.be.a('string')
}
