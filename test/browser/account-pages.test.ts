import { expect } from 'chai'
import { checkPages, inspect, looksWith, openBrowser, signIn } from '../rig/dashboard.ts'
import { invite } from '../rig/invite.ts'
import { mailTo } from '../rig/mailbox.ts'
import { anOrganisation, signUp } from '../rig/people.ts'

const looks = looksWith('dark')

describe('the pages of mails, accounts and settings', () => {
  afterEach(checkPages)

  it('have no barrier that axe finds where a mail leads to, light, dark and on a phone', async function () {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    const [guest, other] = [await signUp(), await signUp()]
    const [toNobody, toGuest] = [await invite(organisation), await invite(organisation, { email: guest.email })]
    const page = await openBrowser(this)
    const { found, check } = inspect(page, looks)
    const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()

    for (const path of ['invitations', 'verify-email']) {
      await page.goto(`/${path}`)
      await heading('Open the link in your mail')
      await check(`link-${path}-without`)
    }
    await page.goto(`/invitations#token=${toNobody.token}`)
    await page.getByRole('button', { name: 'Create account' }).waitFor()
    await check('link-invitation-new')
    await page.goto(`/invitations#token=${toGuest.token}`)
    await page.getByRole('button', { name: 'Sign in', exact: true }).nth(0).waitFor()
    await check('link-invitation-known')
    await page.goto('/verify-email#token=rvt_unknown')
    await heading('Sign in to confirm')
    await check('link-verify-email-signed-out')
    await page.goto('/reset-password')
    await heading('Forgot your password?')
    await check('link-reset')
    await page.goto('/reset-password#token=rpt_unknown')
    await heading('Choose a new password')
    await check('link-new-password')

    await signIn(page, guest)
    await page.goto('/verify-email#token=rvt_unknown')
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await heading('This link is over')
    await check('link-over')
    await page.goto(`/invitations#token=${toGuest.token}`)
    await page.getByRole('button', { name: 'Accept' }).waitFor()
    await check('link-invitation-accept')
    await page.goto('/account')
    await page.getByText('This one').waitFor()
    await check('account')
    const stranger = await openBrowser(this)
    const wrong = inspect(stranger, looks)
    await signIn(stranger, other)
    await stranger.goto(`/invitations#token=${toGuest.token}`)
    await stranger.getByRole('heading', { name: 'This invitation is for another account' }).waitFor()
    await wrong.check('link-invitation-wrong')
    expect([...found, ...wrong.found]).to.deep.equal([])
  })

  it('have no barrier where an organisation is set up, deleted and brought back, light, dark and on a phone', async function () {
    const { id, name, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    await add('manager', { name: 'Grace Hopper' })
    await admin.api('PATCH', `/organisations/${id}`, {
      name: `${name} and more`,
      description: 'Makes rockets and anvils for whoever chases fast birds, and delivers them the same day.',
    })
    const page = await openBrowser(this)
    const { found, check } = inspect(page, looks)
    await signIn(page, admin)
    await page.goto(`/o/${id}/settings`)
    await page.getByRole('heading', { name: 'Former names, held' }).waitFor()
    await check('settings')
    await page.getByRole('button', { name: 'Hand over the organisation…' }).click()
    await page.getByRole('combobox', { name: 'To' }).click()
    await page.getByRole('option', { name: /Grace Hopper/ }).click()
    await page.getByText('Grace Hopper will be able to').waitFor()
    await check('settings-hand-over')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Delete the organisation…' }).click()
    await page.getByText('You and one other member lose').waitFor()
    await check('settings-delete')
    await page.getByLabel(/to confirm/).fill(`${name} and more`)
    await page.getByRole('button', { name: 'Delete the organisation', exact: true }).click()
    await page.getByText(`${name} and more was deleted`).waitFor()
    await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor()
    await page.getByRole('button', { name: /^Organisation:/ }).click()
    await page.getByRole('option', { name: 'Restore a deleted one' }).waitFor()
    await check('settings-switcher')
    await page.getByRole('option', { name: 'Restore a deleted one' }).click()
    await page.getByRole('button', { name: `Restore ${name} and more` }).waitFor()
    await check('deleted')
    expect(found).to.deep.equal([])
  })

  it('let an invitation be answered by keyboard alone', async function () {
    const organisation = await anOrganisation()
    const guest = await signUp()
    const { token } = await invite(organisation, { email: guest.email })
    await mailTo(guest.url, guest.email, 'email_verification')
    const page = await openBrowser(this)
    await page.goto(`/invitations#token=${token}`)
    await page.getByLabel('Password', { exact: true }).waitFor()
    await page.keyboard.type(guest.password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Accept' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: `Organisation: ${organisation.name}` }).waitFor()
  })
})
