import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { checkPages, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { accept, anAddress, decline, invite } from '../rig/invite.ts'
import { anOrganisation, defaultPassword, signUp } from '../rig/people.ts'

/** Opens a link as a mail has it, and sees that its token left the address bar at once. */
async function follow(page: Page, path: string, token: string): Promise<void> {
  await page.goto(`${path}#token=${token}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(page.url()).not.to.contain('#')
}

describe('invitations opened from a mail in a browser', () => {
  afterEach(checkPages)

  it('E12 lets somebody without an account sign up with the invited address, and joins only on accepting', async function () {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    const { email, token } = await invite(organisation)
    const page = await openBrowser(this)
    const sent: string[] = []
    page.on('request', (request) => sent.push(`${request.url()} ${JSON.stringify(request.headers())}`))
    await follow(page, '/invitations', token)
    await page.getByRole('heading', { name: `Join ${organisation.name}` }).waitFor()
    await page.getByText('Ada Lovelace', { exact: true }).first().waitFor()
    await keepPicture(page, 'invitation-sign-up')
    expect(await page.getByLabel('Email').inputValue()).to.equal(email)
    await page.getByLabel('Name').fill('Grace Hopper')
    await page.getByLabel('Password', { exact: true }).fill(defaultPassword)
    await page.getByRole('button', { name: 'Create account' }).click()

    const button = page.getByRole('button', { name: 'Accept' })
    await button.waitFor()
    await keepPicture(page, 'invitation-accept')
    const members = `/organisations/${organisation.id}/members`
    expect((await organisation.admin.api('GET', members)).body.data).to.have.length(1)
    await button.click()
    await page.getByRole('button', { name: `Organisation: ${organisation.name}` }).waitFor()
    const { body } = await organisation.admin.api('GET', members)
    expect(body.data.map((member: { account: { email: string } }) => member.account.email)).to.include(email)
    expect(sent.join('\n'), 'the token in an address or a header').not.to.contain(token)
  })

  it('lets somebody with an account sign in and accept', async function () {
    const organisation = await anOrganisation()
    const guest = await signUp()
    const { token } = await invite(organisation, { email: guest.email, role: 'manager' })
    const page = await openBrowser(this)
    await follow(page, '/invitations', token)
    await page.getByLabel('Password', { exact: true }).fill(guest.password)
    await keepPicture(page, 'invitation-sign-in')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Accept' }).click()
    await page.getByRole('button', { name: `Organisation: ${organisation.name}` }).waitFor()
    await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor()
  })

  it('E13 tells somebody who is signed in with another address, and lets them switch', async function () {
    const organisation = await anOrganisation()
    const [other, guest] = [await signUp(), await signUp()]
    const { token } = await invite(organisation, { email: guest.email })
    const page = await openBrowser(this)
    await signIn(page, other)
    await follow(page, '/invitations', token)
    await page.getByRole('heading', { name: 'This invitation is for another account' }).waitFor()
    expect(await page.getByRole('button', { name: 'Accept' }).count()).to.equal(0)
    await keepPicture(page, 'invitation-wrong-account')
    await page.getByRole('button', { name: `Sign in as ${guest.email}` }).click()
    await page.getByLabel('Password', { exact: true }).fill(guest.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Accept' }).click()
    await page.getByRole('button', { name: `Organisation: ${organisation.name}` }).waitFor()
  })

  it('declines without an account, and is over for whoever opens the link again', async function () {
    const organisation = await anOrganisation()
    const { token } = await invite(organisation)
    const page = await openBrowser(this, { isPhone: true })
    await follow(page, '/invitations', token)
    await page.getByRole('button', { name: 'Decline' }).click()
    await page.getByRole('heading', { name: 'You declined' }).waitFor()
    await follow(page, '/invitations', token)
    await page.getByRole('heading', { name: 'This invitation is over' }).waitFor()
    await keepPicture(page, 'invitation-over')
  })

  it('E14 says the same of a token that is unknown, used or declined', async function () {
    const organisation = await anOrganisation()
    const guest = await signUp()
    const [used, declined] = [await invite(organisation, { email: guest.email }), await invite(organisation)]
    await accept(guest, used.token)
    await decline(guest.url, declined.token)
    const page = await openBrowser(this)
    const shown = new Set<string>()
    for (const token of [used.token, declined.token, 'rit_unknown']) {
      await follow(page, '/invitations', token)
      await page.getByRole('heading', { name: 'This invitation is over' }).waitFor()
      shown.add(await page.getByRole('main').textContent())
    }
    expect(shown.size).to.equal(1)
  })

  it('follows a link that is opened in a page that is there already, and says what to do when it is loaded anew', async function () {
    const organisation = await anOrganisation()
    const [first, second] = [await invite(organisation), await invite(organisation, { email: anAddress() })]
    const page = await openBrowser(this)
    await follow(page, '/invitations', first.token)
    await page.getByText(first.email).waitFor()
    await page.evaluate((token) => location.assign(`/invitations#token=${token}`), second.token)
    await page.getByText(second.email).waitFor()
    expect(page.url()).not.to.contain('#')
    await page.reload()
    await page.getByRole('heading', { name: 'Open the link in your mail' }).waitFor()
  })
})
