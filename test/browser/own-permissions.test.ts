import { expect } from 'chai'
import { checkPages, findBarriers, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { anOrganisation } from '../rig/people.ts'

describe('permissions of the organisation’s own in two browsers', () => {
  afterEach(checkPages)

  it('are declared by an Admin, stand in the matrix of everybody at once, and go into a role', async function () {
    const { id, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const manager = await add('manager', { name: 'Grace Hopper' })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this, { scheme: 'dark' })]
    await Promise.all([signIn(hers, admin), signIn(theirs, manager)])
    await Promise.all([hers.goto(`/o/${id}/roles`), theirs.goto(`/o/${id}/roles`)])
    await theirs.getByText('Compose custom roles.').waitFor()
    expect(await theirs.getByRole('heading', { name: 'Permissions of your own' }).count(), 'while none').to.equal(0)

    await hers.getByRole('button', { name: 'Add a permission' }).click()
    await hers.getByRole('textbox', { name: 'Name' }).fill('invoice:approve')
    await hers.getByRole('button', { name: 'Declare' }).click()
    await hers.getByText(/has a noun that Rolecall keeps/).waitFor()
    await hers.getByRole('textbox', { name: 'Name' }).fill('report:approve')
    await hers.getByRole('textbox', { name: 'What it lets one do' }).fill('Approve reports')
    await hers.getByRole('checkbox', { name: 'Manager' }).check()
    await hers.getByRole('button', { name: 'Declare' }).click()

    const row = theirs.getByRole('row', { name: /report:approve/ })
    await row.waitFor()
    await theirs.getByRole('heading', { name: 'Permissions of your own' }).waitFor()
    await hers.getByRole('row', { name: /Approve reports/ }).waitFor()
    for (const page of [hers, theirs]) expect(await findBarriers(page)).to.deep.equal([])
    await keepPicture(hers, 'own-permissions')
    await keepPicture(theirs, 'own-permissions-dark')

    await hers.goto(`/o/${id}/roles/new`)
    await hers.getByRole('textbox', { name: 'Name' }).fill('Approves')
    await hers.getByRole('checkbox', { name: /report:approve/ }).check()
    await hers.getByRole('button', { name: 'Create role' }).click()
    await theirs.getByRole('link', { name: 'Approves', exact: true }).first().waitFor()

    await hers.getByRole('button', { name: 'Withdraw report:approve' }).click()
    await hers.getByRole('button', { name: 'Declare' }).click()
    await row.waitFor({ state: 'detached' })
    await hers.goto(`/o/${id}/activity`)
    await hers.getByText(/withdrew report:approve, for the organisation’s own apps/).waitFor()
  })
})
