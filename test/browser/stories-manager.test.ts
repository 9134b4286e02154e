import { expect } from 'chai'
import { anOpenInvoice } from '../rig/billing.ts'
import { checkPages, openBrowser, rowOf, signIn } from '../rig/dashboard.ts'
import { aClone, needsGit, remoteOf } from '../rig/git.ts'
import { anAddress } from '../rig/invite.ts'
import { anOrganisation, signUp, unique } from '../rig/people.ts'
import {
  actOn,
  bringIn,
  buildApplication,
  deleteApplication,
  expectClosed,
  expectUnknown,
  giveRole,
  goBySearch,
  hear,
  inspect,
  makeToken,
  sectionsOn,
  switchTo,
} from '../rig/stories.ts'

describe('the story of a Manager', () => {
  afterEach(checkPages)

  it('manages members and applications, pushes, edits the organisation, and neither bills nor deletes it', async function () {
    needsGit(this)
    const acme = await anOrganisation({ name: 'Ada Lovelace' })
    const manager = await acme.add('manager', { name: 'Grace Hopper' })
    const accounting = await acme.add('accounting', { name: 'Joan Clarke' })
    const alan = await signUp({ name: 'Alan Turing' })
    const bill = () => anOpenInvoice(acme, { by: accounting, customer: { name: 'Globex Corp' } })
    const before = await bill()
    const page = await openBrowser(this)
    const heard = hear(page)

    await signIn(page, manager)
    await switchTo(page, acme.name)
    await rowOf(page, 'Joan Clarke').waitFor()
    const sections = ['Members', 'Applications', 'Roles', 'Activity', 'Webhooks', 'Settings']
    expect(await sectionsOn(page)).to.deep.equal(sections)

    await bringIn(page, alan.email, 'Developer')
    await rowOf(page, 'Alan Turing').waitFor()
    const email = anAddress()
    await bringIn(page, email, 'Manager')
    await page.getByRole('region', { name: 'Invited' }).getByText(email).waitFor()
    await inspect(page, 'manager-members')
    await page.getByRole('button', { name: `Actions for the invitation of ${email}` }).click()
    await page.getByRole('menuitem', { name: 'Withdraw…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
    await page.getByRole('region', { name: 'Invited' }).waitFor({ state: 'detached' })
    await giveRole(page, 'Alan Turing', 'Developer', 'Accounting')
    await giveRole(page, 'Alan Turing', 'Accounting', 'Manager')
    await actOn(page, 'Alan Turing', 'Suspend…', 'Suspend Alan Turing')
    await rowOf(page, 'Alan Turing').getByText('Suspended').waitFor()
    await actOn(page, 'Alan Turing', 'Give access again…', 'Give access again')
    await actOn(page, 'Alan Turing', 'Remove…', 'Remove Alan Turing')
    await rowOf(page, 'Alan Turing').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Actions for Ada Lovelace' }).click()
    const remove = page.getByRole('menuitem', { name: 'Remove…' })
    expect(await remove.getAttribute('aria-disabled'), 'of an Admin').to.equal('true')
    await page.keyboard.press('Escape')

    await goBySearch(page, 'applications', 'Applications')
    await buildApplication(page, 'Website')
    const application = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const token = await makeToken(page)
    await switchTo(page, acme.name)
    await goBySearch(page, 'website', 'Website')
    await page.getByText('Nothing has been pushed yet.').waitFor()
    const clone = await aClone(remoteOf(manager, acme.id, application, token))
    const push = async (...what: readonly string[]) =>
      expect((await clone.run('push', 'origin', ...what)).code).to.eql(0)
    await clone.commit('Draw the front page')
    await push('HEAD:main', 'HEAD:side')
    const commits = page.getByRole('list', { name: 'Latest commits' })
    await commits.getByText('Draw the front page').waitFor()
    await clone.run('commit', '--amend', '-m', 'Draw it anew')
    await push('--force', 'HEAD:main', ':side')
    await commits.getByText('Draw it anew').waitFor()
    await page.getByRole('button', { name: 'side' }).waitFor({ state: 'detached' })
    await inspect(page, 'manager-repository')
    await deleteApplication(page, 'Website')

    await page.getByRole('link', { name: 'Settings' }).click()
    const name = unique('Renamed')
    await page.getByRole('textbox', { name: 'Name' }).fill(name)
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('button', { name: `Organisation: ${name}` }).waitFor()
    await page.getByRole('textbox', { name: 'Description' }).fill('Makes rockets.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('status').filter({ hasText: 'The description was changed' }).waitFor({ state: 'attached' })
    await page.getByRole('switch', { name: 'Developers see the members' }).click({ force: true })
    await page.getByRole('status').filter({ hasText: 'Developers now see' }).waitFor({ state: 'attached' })
    expect(await page.getByRole('button', { name: /Delete|Hand over/ }).count()).to.equal(0)
    await inspect(page, 'manager-settings')

    const after = await bill()
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.getByRole('link', { name: 'Add an endpoint' }).waitFor()
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText('Grace Hopper deleted the application Website').waitFor()
    await page.getByText('Grace Hopper rewrote main of Website with one commit').waitFor()
    expect(await page.getByRole('button', { name: /^(Verify|Download)$/ }).count()).to.equal(0)
    expect(await page.getByLabel('What to show').locator('option').allTextContents()).not.to.include('Billing')
    await inspect(page, 'manager-activity')
    await page.getByRole('link', { name: 'Roles' }).click()
    await page.getByRole('link', { name: 'Manager', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Manager' }).waitFor()
    expect(await page.getByRole('button', { name: /Delete|Save/ }).count()).to.equal(0)

    await expectUnknown(page, ['Globex', 'Draft an invoice', 'Compose', 'Billing'])
    const closed = ['billing', 'billing/new', 'billing/details', `billing/${before.id}`, `billing/${before.id}/edit`]
    await expectClosed(page, acme.id, [...closed, 'roles/new'])
    await inspect(page, 'manager-closed')

    const all = await heard.all()
    for (const own of [application, alan.email, accounting.email]) expect(all).to.contain(own)
    for (const secret of ['Globex', after.id, before.reference]) expect(all).not.to.contain(secret)
  })
})
