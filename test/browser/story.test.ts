import { expect } from 'chai'
import { checkPages, keepPicture, openBrowser, rowOf, signIn } from '../rig/dashboard.ts'
import { anAddress } from '../rig/invite.ts'
import { marked } from '../rig/marked.ts'
import { anOrganisation, defaultPassword } from '../rig/people.ts'
import { startServer } from '../rig/server.ts'
import { aMailServer } from '../rig/smtp.ts'

describe('the story of a colleague in two browsers, with a real mail server', () => {
  afterEach(checkPages)

  it('invites, joins, gets a role that is composed for her, loses what it is narrowed by, and is removed', async function () {
    const mailServer = await aMailServer()
    const { url } = await startServer({ env: mailServer.env })
    const { id, name, admin } = await anOrganisation({ url, name: 'Ada Lovelace' })
    const [hers, theirs] = [await openBrowser(this, { url }), await openBrowser(this, { url, scheme: 'dark' })]
    const email = anAddress()
    await signIn(hers, admin)
    await hers.goto(`/o/${id}/members`)
    await rowOf(hers, 'Ada Lovelace').waitFor()
    await hers.evaluate(() => Object.assign(window, { wasNotReloaded: true }))

    await hers.getByRole('button', { name: 'Invite', exact: true }).click()
    const inviting = hers.getByRole('dialog', { name: `Invite somebody to ${name}` })
    await inviting.getByLabel('Email').fill(email)
    await inviting.getByRole('button', { name: 'Invite' }).click()
    await inviting.waitFor({ state: 'detached' })
    await hers.getByText(email, { exact: true }).waitFor()
    const mail = await mailServer.next(email)
    expect(mail.parsed.subject).to.equal(`You are invited to “${name}”`)
    expect(mail.link).to.match(new RegExp(`^${url}/invitations#token=`))

    await theirs.goto(mail.link)
    await theirs.getByRole('heading', { name: `Join ${name}` }).waitFor()
    await theirs.getByLabel('Name').fill('Grace Hopper')
    await theirs.getByLabel('Password', { exact: true }).fill(defaultPassword)
    await theirs.getByRole('button', { name: 'Create account' }).click()
    await marked(hers, 'Grace Hopper', 'joined, just now', () => theirs.getByRole('button', { name: 'Accept' }).click())
    await theirs.getByRole('button', { name: `Organisation: ${name}` }).waitFor()
    await keepPicture(hers, 'story-joined')
    expect(await theirs.getByRole('link', { name: 'Members' }).count(), 'a Developer sees no members').to.equal(0)

    await hers.getByRole('link', { name: 'Roles' }).click()
    await hers.getByRole('link', { name: 'Compose a role' }).click()
    await hers.getByRole('textbox', { name: 'Name' }).fill('Support')
    await hers.getByRole('checkbox', { name: /^See who is a member/ }).check()
    await hers.getByRole('checkbox', { name: /^See the applications/ }).check()
    await hers.getByRole('button', { name: 'Create role' }).click()
    await hers.getByRole('link', { name: 'Support', exact: true }).waitFor()
    await hers.getByRole('link', { name: 'Members' }).click()
    await hers.getByRole('button', { name: 'Role of Grace Hopper: Developer. Change' }).click()
    await hers.getByRole('menuitemradio', { name: 'Support' }).click()
    await hers.getByRole('button', { name: 'Change to Support' }).click()
    await theirs.getByText(`Your role in ${name} is now Support`).waitFor()
    await theirs.getByRole('link', { name: 'Members' }).click()
    await rowOf(theirs, 'Ada Lovelace').getByText(admin.email).waitFor()
    await rowOf(hers, 'Grace Hopper').getByText('Support').waitFor()
    await keepPicture(theirs, 'story-support')

    await hers.getByRole('link', { name: 'Roles' }).click()
    await hers.getByRole('link', { name: 'Support', exact: true }).click()
    await hers.getByRole('checkbox', { name: /^See who is a member/ }).uncheck()
    await hers.getByText('One member will no longer be able to').waitFor()
    await hers.getByRole('button', { name: 'Save changes' }).click()
    await theirs.getByRole('heading', { level: 1, name: 'Applications' }).waitFor()
    await theirs.getByRole('link', { name: 'Members' }).waitFor({ state: 'detached' })
    expect(await theirs.content(), 'what the role shows no more').not.to.contain(admin.email)
    await keepPicture(theirs, 'story-narrowed')

    await hers.getByRole('link', { name: 'Members' }).click()
    await hers.getByRole('button', { name: 'Actions for Grace Hopper' }).click()
    await hers.getByRole('menuitem', { name: 'Remove…' }).click()
    await hers.getByRole('button', { name: 'Remove Grace Hopper' }).click()
    await theirs.getByText(`You were removed from ${name}`).waitFor()
    await theirs.getByRole('button', { name: /^Organisation: Grace Hopper/ }).waitFor()
    await rowOf(hers, 'Grace Hopper').waitFor({ state: 'detached' })
    await keepPicture(theirs, 'story-removed')
    expect(await hers.evaluate(() => 'wasNotReloaded' in window), 'her page was never loaded anew').to.equal(true)
    expect(await theirs.content()).not.to.contain('Ada Lovelace')
  })
})
