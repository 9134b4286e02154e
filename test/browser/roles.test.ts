import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { checkPages, findBarriers, keepPicture, openBrowser, rowOf, signIn } from '../rig/dashboard.ts'
import { marked } from '../rig/marked.ts'
import { anOrganisation } from '../rig/people.ts'

const cardOf = (page: Page, role: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: role, exact: true }) })

describe('roles in two browsers', () => {
  afterEach(checkPages)

  it('composes a role whose permissions tick what they imply, and gives it to somebody', async function () {
    const { id, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const manager = await add('manager', { name: 'Grace Hopper' })
    const { member } = await add('developer', { name: 'Alan Turing' })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this, { scheme: 'dark' })]
    await Promise.all([signIn(hers, admin), signIn(theirs, manager)])
    await Promise.all([hers.goto(`/o/${id}/roles`), theirs.goto(`/o/${id}/roles`)])
    await cardOf(theirs, 'Developer').waitFor()
    expect(await theirs.getByRole('link', { name: 'Compose a role' }).count(), 'for who may not').to.equal(0)

    await hers.getByRole('link', { name: 'Compose a role' }).click()
    await hers.getByRole('textbox', { name: 'Name' }).fill('Support')
    await hers.getByRole('textbox', { name: 'Description' }).fill('Answers those who ask.')
    await hers.getByRole('checkbox', { name: /^Push to the/ }).check()
    const fetching = hers.getByRole('checkbox', { name: /^Clone and fetch/ })
    expect(await fetching.isChecked(), 'implied').to.equal(true)
    expect(await fetching.isDisabled(), 'implied').to.equal(true)
    await hers.getByText('Needed to push to the applications’ repositories.').first().waitFor()
    const keys = hers.getByRole('checkbox', { name: /^Create, rotate and revoke API keys/ })
    expect(await keys.isDisabled(), 'stays with Admin').to.equal(true)
    expect(await findBarriers(hers)).to.deep.equal([])
    await keepPicture(hers, 'role-composed')
    await marked(theirs, 'Support', 'composed by Ada Lovelace, just now', () =>
      hers.getByRole('button', { name: 'Create role' }).click(),
    )

    await cardOf(theirs, 'Support').getByText('Answers those who ask.').waitFor()
    await keepPicture(theirs, 'roles-dark')

    await hers.goto(`/o/${id}/members`)
    await hers.getByRole('button', { name: 'Role of Alan Turing: Developer. Change' }).click()
    await hers.getByRole('menuitemradio', { name: 'Support' }).click()
    const dialog = hers.getByRole('dialog', { name: 'Change the role of Alan Turing' })
    await dialog.getByText('Alan Turing will no longer be able to').waitFor()
    await dialog.getByRole('button', { name: 'Change to Support' }).click()
    await rowOf(hers, 'Alan Turing').getByText('Support').waitFor()
    await cardOf(theirs, 'Support').getByText('1 member').waitFor()

    await hers.goto(`/o/${id}/members/${member}`)
    await hers.getByRole('button', { name: 'Why: push to the applications’ repositories' }).click()
    await hers.getByText('The role Support holds repository:write. Held by Admin, Manager, Developer and').waitFor()
    expect(await findBarriers(hers)).to.deep.equal([])
    await keepPicture(hers, 'why')
  })

  it('says before a role is narrowed who holds it and what they lose, and they lose it at once', async function () {
    const { id, name, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const support = await admin.api('POST', `/organisations/${id}/roles`, {
      name: 'Support',
      permissions: ['member:read', 'billing:read'],
    })
    const member = await add('developer', { name: 'Alan Turing' })
    await admin.api('PATCH', `/organisations/${id}/members/${member.member}`, { role: support.body.id })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, member)])
    await theirs.goto(`/o/${id}/members`)
    await rowOf(theirs, 'Ada Lovelace').waitFor()

    await hers.goto(`/o/${id}/roles/${support.body.id}`)
    await hers.getByText('Alan Turing holds the role Support.').waitFor()
    await hers.getByRole('checkbox', { name: /^See who is a member/ }).uncheck()
    await hers.getByText('One member will no longer be able to').waitFor()
    await hers.getByText('see who is a member, and with which role', { exact: true }).waitFor()
    await hers.getByText(/1 of them is connected now/).waitFor()
    await keepPicture(hers, 'role-narrowed')
    await hers.getByRole('button', { name: 'Save changes' }).click()
    await theirs.getByText(`Your role in ${name} permits something else now`).waitFor()
    await theirs.getByRole('heading', { level: 1, name: 'Billing' }).waitFor()
    expect(await theirs.getByText(admin.email).count()).to.equal(0)

    await theirs.goto(`/o/${id}/roles/${support.body.id}`)
    await theirs.getByRole('heading', { level: 1, name: 'Support' }).waitFor()
    expect(await theirs.getByRole('checkbox').count(), 'read only').to.equal(0)
  })

  it('deletes a role once who holds it has another', async function () {
    const { id, name, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const support = await admin.api('POST', `/organisations/${id}/roles`, {
      name: 'Support',
      permissions: ['repository:write'],
    })
    const member = await add('developer', { name: 'Alan Turing' })
    await admin.api('PATCH', `/organisations/${id}/members/${member.member}`, { role: support.body.id })
    await admin.api('POST', `/organisations/${id}/api-keys`, { name: 'Help desk', role: support.body.id })
    const invited = { email: 'mary.shelley@example.com', role: support.body.id }
    await admin.api('POST', `/organisations/${id}/invitations`, invited)
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this, { isPhone: true })]
    await Promise.all([signIn(hers, admin), signIn(theirs, member)])
    await theirs.goto(`/o/${id}/roles`)
    await cardOf(theirs, 'Support').waitFor()

    await hers.goto(`/o/${id}/roles/${support.body.id}`)
    await hers.getByRole('button', { name: 'Delete…' }).click()
    const dialog = hers.getByRole('dialog', { name: 'Delete the role Support?' })
    const confirm = dialog.getByRole('button', { name: 'Delete the role' })
    // Who holds it may have to be read first.
    await dialog.getByLabel('Who holds it becomes').waitFor()
    expect(await confirm.isDisabled(), 'before a replacement is chosen').to.equal(true)
    await dialog.getByLabel('Who holds it becomes').selectOption('Accounting')
    await dialog.getByText('One member will be able to').waitFor()
    await dialog.getByText('An invitation will be withdrawn: mary.shelley@example.com.').waitFor()
    await dialog.getByText('An API key will do less, or nothing: Help desk.').waitFor()
    await dialog.getByText(/1 of them is connected now/).waitFor()
    await keepPicture(hers, 'role-deleted')
    await confirm.click()
    await theirs.getByText(`Your role in ${name} is now Accounting`).waitFor()
    await cardOf(theirs, 'Support').waitFor({ state: 'detached' })
    await keepPicture(theirs, 'roles-phone')
    await hers.goto(`/o/${id}/activity`)
    await hers.getByText(/deleted the role Support; all who held it are Accounting now/).waitFor()
  })
})
