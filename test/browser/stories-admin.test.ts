import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { freshAddress } from '../rig/account.ts'
import { asKey } from '../rig/api-keys.ts'
import { checkPages, openBrowser, rowOf, signUpInBrowser } from '../rig/dashboard.ts'
import { anAddress } from '../rig/invite.ts'
import { anOrganisation, signUp, unique } from '../rig/people.ts'
import { aReceiver } from '../rig/receiver.ts'
import {
  actOn,
  bringIn,
  buildApplication,
  deleteApplication,
  download,
  draftInvoice,
  giveRole,
  goBySearch,
  inspect,
  sectionsOn,
  takeStep,
} from '../rig/stories.ts'

const year = () => new Date().getUTCFullYear()

/** Clicks on a section of the navigation. */
async function open(page: Page, section: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Organisation' }).getByRole('link', { name: section }).click()
  await page.getByRole('heading', { level: 1, name: section }).waitFor()
}

async function addOrganisation(page: Page, taken: string, free: string): Promise<void> {
  await page.getByRole('banner').getByRole('button').first().click()
  await page.getByRole('listbox').getByRole('option').last().click()
  const name = page.getByRole('dialog', { name: 'Add an organisation' }).getByLabel('Name')
  await name.fill(taken)
  await page.getByRole('button', { name: 'Create organisation' }).click()
  await page.getByText('Somebody else is using this name').waitFor()
  await inspect(page, 'admin-name-taken')
  await name.fill(free)
  await page.getByRole('button', { name: 'Create organisation' }).click()
  await page.getByRole('button', { name: `Organisation: ${free}` }).waitFor()
}

async function manageRoles(page: Page): Promise<void> {
  await open(page, 'Roles')
  await page.getByRole('link', { name: 'Compose a role' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Support')
  await page.getByRole('checkbox', { name: /^See who is a member/ }).check()
  await page.getByRole('button', { name: 'Create role' }).click()
  await page.getByRole('link', { name: 'Support', exact: true }).waitFor()
  await inspect(page, 'admin-roles')
  await open(page, 'Members')
  await giveRole(page, 'Alan Turing', 'Developer', 'Support')
  await goBySearch(page, 'roles', 'Roles')
  await page.getByRole('link', { name: 'Support', exact: true }).click()
  await page.getByRole('button', { name: 'Delete…' }).click()
  await page.getByRole('dialog').getByLabel('Who holds it becomes').selectOption('Accounting')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the role' }).click()
  await page.getByRole('link', { name: 'Support', exact: true }).waitFor({ state: 'detached' })
}

async function manageWebhooks(page: Page): Promise<void> {
  const receiver = await aReceiver()
  await open(page, 'Webhooks')
  await page.getByRole('link', { name: 'Add an endpoint' }).click()
  await page.getByRole('textbox', { name: 'URL' }).fill(receiver.url)
  await page.getByRole('button', { name: 'Add the endpoint' }).click()
  await page.getByRole('link', { name: 'Go to the endpoint' }).click()
  await page.getByRole('button', { name: 'Send a test event' }).click()
  await receiver.next()
  await page.getByRole('link', { name: /Delivered.*webhook\.tested/ }).waitFor()
  await inspect(page, 'admin-webhook')
  await page.getByRole('button', { name: `Actions for ${receiver.url}` }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the endpoint' }).click()
  await page.getByRole('heading', { name: 'No endpoints yet' }).waitFor()
}

async function manageKeys(page: Page): Promise<void> {
  await open(page, 'API keys')
  await page.getByRole('button', { name: 'Issue an API key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Deployments')
  await dialog.getByRole('radio', { name: /^Developer/ }).click()
  await dialog.getByRole('button', { name: 'Issue the key' }).click()
  const { api } = asKey(new URL(page.url()).origin, await page.getByRole('textbox', { name: 'API key' }).inputValue())
  await page.getByRole('button', { name: 'Done' }).click()
  const organisation = new URL(page.url()).pathname.split('/').at(2) ?? ''
  expect((await api('GET', `/organisations/${organisation}/applications`)).status).to.equal(200)
  await page.getByRole('list', { name: 'API keys' }).getByText('Deployments').waitFor()
  await inspect(page, 'admin-keys')
  await page.getByRole('button', { name: 'Actions for Deployments' }).click()
  await page.getByRole('menuitem', { name: 'Revoke…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click()
  await page.getByText('No API keys yet').waitFor()
  expect((await api('GET', `/organisations/${organisation}/applications`)).status).to.equal(401)
}

async function readTheLog(page: Page): Promise<void> {
  await open(page, 'Activity')
  await page.getByText(`Ada Lovelace marked as paid: invoice ${year()}-0001`).waitFor()
  await page.getByText('Ada Lovelace deleted the role Support').waitFor()
  await page.getByRole('button', { name: 'Verify' }).click()
  await page.getByText('The log is as it was written').waitFor()
  await inspect(page, 'admin-activity')
  await page.getByRole('button', { name: 'Download' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'As a table (CSV)' }).click(),
  ])
  expect(file.suggestedFilename()).to.equal('events.csv')
}

async function renameDeleteAndRestore(page: Page): Promise<void> {
  await open(page, 'Settings')
  const name = unique('Renamed')
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('button', { name: `Organisation: ${name}` }).waitFor()
  await inspect(page, 'admin-settings')
  await page.getByRole('button', { name: 'Delete the organisation…' }).click()
  const dialog = page.getByRole('dialog', { name: `Delete ${name}?` })
  await dialog.getByText(/lose all access at once/).waitFor()
  await dialog.getByLabel(/to confirm/).fill(name)
  await inspect(page, 'admin-delete')
  await dialog.getByRole('button', { name: 'Delete the organisation' }).click()
  await page.getByRole('button', { name: /^Organisation: Ada Lovelace/ }).click()
  await page.getByRole('option', { name: 'Restore a deleted one' }).click()
  await page.getByText(/Can be restored until/).waitFor()
  await inspect(page, 'admin-deleted')
  await page.getByRole('button', { name: `Restore ${name}` }).click()
  await page.getByRole('button', { name: `Organisation: ${name}` }).waitFor()
  await rowOf(page, 'Grace Hopper').waitFor()
}

describe('the story of an Admin', () => {
  afterEach(checkPages)

  it('signs up, adds an organisation and manages it: members, roles, applications, invoices, its end and its return', async function () {
    const { name: taken } = await anOrganisation()
    const [grace, alan] = [await signUp({ name: 'Grace Hopper' }), await signUp({ name: 'Alan Turing' })]
    const page = await openBrowser(this)

    await signUpInBrowser(page, 'Ada Lovelace', freshAddress())
    await inspect(page, 'admin-welcome')
    await open(page, 'Members')
    await bringIn(page, grace.email, 'Accounting')
    await rowOf(page, 'Grace Hopper').waitFor()

    await addOrganisation(page, taken, unique('Acme'))
    const sections = ['Members', 'Applications', 'Billing', 'Roles', 'Activity', 'Webhooks', 'API keys', 'Settings']
    expect(await sectionsOn(page)).to.deep.equal(sections)
    await bringIn(page, grace.email, 'Manager')
    await bringIn(page, alan.email, 'Developer')
    await rowOf(page, 'Alan Turing').waitFor()
    const email = anAddress()
    await bringIn(page, email, 'Admin')
    await page.getByRole('region', { name: 'Invited' }).getByText(email).waitFor()
    await giveRole(page, 'Grace Hopper', 'Manager', 'Admin')
    await giveRole(page, 'Grace Hopper', 'Admin', 'Manager')
    await inspect(page, 'admin-members')
    expect((await download(page, 'Download as CSV')).content.toString()).to.contain(alan.email)

    await manageRoles(page)
    await open(page, 'Applications')
    await buildApplication(page, 'Website')
    await inspect(page, 'admin-application')
    await deleteApplication(page, 'Website')
    await open(page, 'Billing')
    await draftInvoice(page, 'Globex Corp', '49.99')
    await takeStep(page, 'Open…', 'Open the invoice', 'It is to be paid.')
    await takeStep(page, 'Mark as paid…', 'It was paid', 'It is done with.')
    await manageWebhooks(page)
    await manageKeys(page)
    await readTheLog(page)
    await open(page, 'Members')
    await actOn(page, 'Alan Turing', 'Remove…', 'Remove Alan Turing')
    await rowOf(page, 'Alan Turing').waitFor({ state: 'detached' })
    await renameDeleteAndRestore(page)
  })
})
