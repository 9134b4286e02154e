import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { checkPages, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { accept, anAddress, decline, invite } from '../rig/invite.ts'
import { mailTo } from '../rig/mailbox.ts'
import { anOrganisation, apiOf, defaultPassword, signUp } from '../rig/people.ts'

/** Opens a link as a mail has it, and sees that its token leaves the address bar. */
async function follow(page: Page, path: string, token: string): Promise<void> {
  await page.goto(`${path}#token=${token}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  // A page that is there already hears of it a moment later.
  await page.waitForURL(({ hash }) => hash === '')
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
    const shown = new Set<string | null>()
    for (const token of [used.token, declined.token, 'rit_unknown']) {
      // Each in a page of its own, where nothing is said of another one yet.
      const page = await openBrowser(this)
      await follow(page, '/invitations', token)
      await page.getByRole('heading', { name: 'This invitation is over' }).waitFor()
      shown.add((await page.getByRole('main').textContent()) ?? '')
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

describe('an address and a password in a browser', () => {
  afterEach(checkPages)

  it('confirms the address of a sign-up by a button, and shows it in the account', async function () {
    const person = await signUp()
    const page = await openBrowser(this)
    await signIn(page, person)
    await page.goto('/account')
    await page.getByText('Not confirmed').waitFor()
    await keepPicture(page, 'account-unconfirmed')
    const { token } = await mailTo(person.url, person.email, 'email_verification')
    const tab = await page.context().newPage()
    await follow(tab, '/verify-email', token)
    await tab.getByRole('button', { name: 'Confirm the address' }).waitFor()
    expect((await person.api('GET', '/account')).body.emailVerified, 'by opening the link').to.equal(false)
    await keepPicture(tab, 'verify-email')
    await tab.getByRole('button', { name: 'Confirm the address' }).click()
    await tab.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
    await page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await page.getByText('Confirmed', { exact: true }).waitFor()
    await follow(tab, '/verify-email', token)
    await tab.getByRole('button', { name: 'Confirm the address' }).click()
    await tab.getByRole('heading', { name: 'This link is over' }).waitFor()
  })

  it('has whoever is not signed in to the account of the mail sign in to it first', async function () {
    const [person, other] = [await signUp(), await signUp()]
    const { token } = await mailTo(person.url, person.email, 'email_verification')
    const page = await openBrowser(this)
    await signIn(page, other)
    await follow(page, '/verify-email', token)
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await page.getByRole('heading', { name: 'This link is for another account' }).waitFor()
    await keepPicture(page, 'verify-email-other-account')
    await page.getByRole('button', { name: 'Sign in to the other account' }).click()
    await page.getByRole('heading', { name: 'Sign in to confirm' }).waitFor()
    await keepPicture(page, 'verify-email-signed-out')
    expect((await person.api('GET', '/account')).body.emailVerified).to.equal(false)
    await page.getByLabel('Email').fill(person.email)
    await page.getByLabel('Password', { exact: true }).fill(person.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
  })

  it('sends the mail again, whose link takes the place of the first', async function () {
    const person = await signUp()
    await mailTo(person.url, person.email, 'email_verification')
    const page = await openBrowser(this)
    await signIn(page, person)
    await page.goto('/account')
    await page.getByRole('button', { name: 'Send the mail again' }).click()
    await page.getByText('A mail is on its way to').waitFor()
    const { token } = await mailTo(person.url, person.email, 'email_verification')
    await follow(page, '/verify-email', token)
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
  })

  it('changes the address once the mail to the new one has come back', async function () {
    const person = await signUp()
    const next = anAddress()
    const page = await openBrowser(this)
    await signIn(page, person)
    await page.goto('/account')
    const form = page.getByRole('region', { name: 'Change your email' })
    await form.getByLabel('New email').fill(next)
    await form.getByLabel('Your password').fill('not this one')
    await form.getByRole('button', { name: 'Change email' }).click()
    await form.getByText('Email or password is wrong').waitFor()
    expect(await form.getByLabel('New email').inputValue()).to.equal(next)
    await form.getByLabel('Your password').fill(person.password)
    await form.getByRole('button', { name: 'Change email' }).click()
    await form.getByText('Your address changes to it when').waitFor()
    await keepPicture(page, 'account-change-email')
    const { token } = await mailTo(person.url, next, 'email_change')
    await follow(page, '/verify-email', token)
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
    await page.getByRole('link', { name: 'Go to Rolecall' }).click()
    await page.getByRole('button', { name: /^Account:/ }).click()
    await page.getByText(next).waitFor()
  })

  it('sets a new password by the mail, which ends the sessions that there were', async function () {
    const person = await signUp()
    const [page, elsewhere] = [await openBrowser(this), await openBrowser(this)]
    await signIn(elsewhere, person)
    await page.goto('/sign-in')
    await page.getByRole('link', { name: 'Forgot password?' }).click()
    await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor()
    await keepPicture(page, 'reset-request')
    await page.getByLabel('Email').fill(person.email)
    await page.getByRole('button', { name: 'Send the mail' }).click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
    await keepPicture(page, 'reset-sent')
    const { token } = await mailTo(person.url, person.email, 'password_reset')
    await follow(page, '/reset-password', token)
    await keepPicture(page, 'reset-new-password')
    await page.getByLabel('New password', { exact: true }).fill('another horse battery')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor()
    await elsewhere.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signIn(page, { email: person.email, password: 'another horse battery' })

    const again = await openBrowser(this)
    await follow(again, '/reset-password', token)
    await again.getByLabel('New password', { exact: true }).fill('yet another battery')
    await again.getByRole('button', { name: 'Change password' }).click()
    await again.getByText('That link was used').waitFor()
  })

  it('answers an invitation in the account, where the address is confirmed', async function () {
    const [one, other] = [await anOrganisation(), await anOrganisation()]
    const guest = await signUp()
    const { token } = await mailTo(guest.url, guest.email, 'email_verification')
    await apiOf(guest.url, guest.session.accessToken)('POST', '/account/email/verify', { token })
    await invite(one, { email: guest.email, role: 'manager' })
    await invite(other, { email: guest.email })
    const page = await openBrowser(this)
    await signIn(page, guest)
    await page.getByRole('button', { name: /^Account:.*2 invitations/ }).click()
    await page.getByRole('menuitem', { name: '2 invitations' }).click()
    await page.getByRole('button', { name: `Decline the invitation to ${other.name}` }).waitFor()
    await keepPicture(page, 'account-invitations')
    await page.getByRole('button', { name: `Decline the invitation to ${other.name}` }).click()
    await page.getByRole('button', { name: `Decline the invitation to ${other.name}` }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: `Accept the invitation to ${one.name}` }).click()
    await page.getByRole('button', { name: `Organisation: ${one.name}` }).waitFor()
  })

  it('hands out one’s own data as a file', async function () {
    const person = await signUp()
    const page = await openBrowser(this)
    await signIn(page, person)
    await page.goto('/account')
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download your data' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).to.match(/^rolecall-\d{4}-\d\d-\d\d\.json$/)
    const everything = JSON.parse(readFileSync(await download.path(), 'utf8'))
    expect(everything.account.email).to.equal(person.email)
    expect(everything.memberships).to.have.length(1)
  })

  it('names the organisations that would be left without an Admin when one deletes the account', async function () {
    const { name, admin } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto('/account')
    await page.getByRole('button', { name: 'Delete your account…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete your account?' })
    await dialog.getByLabel('Your password').fill(admin.password)
    await dialog.getByRole('button', { name: 'Delete my account' }).click()
    await dialog.getByText(`You are the only Admin of “${name}”`).waitFor()
  })
})
