import { expect } from 'chai'
import { checkPages, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { hold } from '../rig/held.ts'
import { anOrganisation, signUp, unique } from '../rig/people.ts'

describe('organisations in a browser', () => {
  afterEach(checkPages)

  it('adds one from the first dropdown of the head bar, and shows a taken name beside its field', async function () {
    const { name: taken } = await anOrganisation()
    const person = await signUp()
    const page = await openBrowser(this)
    await signIn(page, person)
    expect(await page.getByRole('banner').getByRole('button').first().textContent()).to.contain('Organisation: ')
    await page.getByRole('button', { name: /^Organisation:/ }).click()
    await page.getByRole('listbox').getByRole('option').last().click()

    const name = page.getByRole('dialog', { name: 'Add an organisation' }).getByLabel('Name')
    await name.fill(taken)
    await page.getByRole('button', { name: 'Create organisation' }).click()
    await page.getByText('Somebody else is using this name').waitFor()
    expect(await name.inputValue()).to.equal(taken)
    await keepPicture(page, 'name-taken')

    const free = unique('Acme')
    await name.fill(free)
    await page.getByRole('button', { name: 'Create organisation' }).click()
    await page.getByRole('button', { name: `Organisation: ${free}` }).waitFor()
    await page.getByText('You are the only one here').waitFor()
  })

  it('lists them with one’s role in each, the personal one first, and finds by name', async function () {
    const { name, add } = await anOrganisation()
    const developer = await add('developer')
    const page = await openBrowser(this)
    await signIn(page, developer)
    await page.getByRole('button', { name: /^Organisation:/ }).click()
    const options = page.getByRole('listbox', { name: 'Your organisations' }).getByRole('option')
    await options.nth(2).waitFor()
    const shown = (await options.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim())
    // Initials stand before the names.
    expect(shown.map((text) => text.replace(/^\S{1,2} /, ''))).to.deep.equal([
      `${developer.organisation.name} Admin · Personal`,
      `${name} Developer`,
      'Add an organisation',
    ])
    await page.getByLabel('Find an organisation').fill(name)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: `Organisation: ${name}` }).waitFor()
    await page.getByRole('heading', { level: 1, name: 'Applications' }).waitFor()
  })

  it('renames one before the eyes of its members', async function () {
    const { id, admin, add } = await anOrganisation()
    const developer = await add('developer')
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, developer)])
    await theirs.goto(`/o/${id}/activity`)
    await theirs.getByText(/created/).waitFor()
    await hers.goto(`/o/${id}/settings`)
    const name = unique('Renamed')
    await hers.getByRole('textbox', { name: 'Name' }).fill(name)
    await hers.getByRole('button', { name: 'Rename' }).click()
    for (const page of [hers, theirs]) await page.getByRole('button', { name: `Organisation: ${name}` }).waitFor()
    await theirs.getByText(/renamed/).waitFor()
  })

  it('deletes one only when its name is typed, and leads everyone away', async function () {
    const { id, name, admin, add } = await anOrganisation()
    const developer = await add('developer')
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, developer)])
    await theirs.goto(`/o/${id}`)
    await theirs.getByRole('heading', { level: 1, name: 'Applications' }).waitFor()
    await hers.goto(`/o/${id}/settings`)
    await hers.getByRole('button', { name: 'Delete the organisation…' }).click()
    const dialog = hers.getByRole('dialog', { name: `Delete ${name}?` })
    const confirm = dialog.getByRole('button', { name: 'Delete the organisation' })
    expect(await confirm.isDisabled()).to.equal(true)
    await dialog.getByLabel(/to confirm/).fill(name)
    // It is said for eight seconds.
    await Promise.all([
      confirm.click(),
      ...[hers, theirs].map((page) => page.getByText(`${name} was deleted`).waitFor()),
    ])
  })

  it('opens its own personal organisation, also for a member of somebody else’s', async function () {
    const host = await signUp()
    const guest = await signUp()
    await host.api('POST', `/organisations/${host.organisation.id}/members`, { email: guest.email, role: 'manager' })
    const page = await openBrowser(this)
    await signIn(page, guest)
    await page.getByRole('button', { name: `Organisation: ${guest.organisation.name}` }).waitFor()
    await page.goto(`/o/${host.organisation.id}/members`)
    await page.getByRole('button', { name: `Actions for ${guest.account.name}` }).click()
    expect(await page.getByRole('menuitem', { name: 'Leave…' }).getAttribute('aria-disabled')).to.equal('false')
  })

  it('searches organisations, members and actions with one key', async function () {
    const { id, admin, add } = await anOrganisation()
    await add('developer', { name: 'Katherine Johnson' })
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/roles`)
    await page.getByRole('heading', { level: 1, name: 'Roles' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Search by name').fill('katherine')
    await page.getByText('Katherine Johnson').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Katherine Johnson' }).waitFor()
  })

  it('goes by Enter to what was found after it was typed', async function () {
    const { id, admin, add } = await anOrganisation()
    await add('developer', { name: 'Katherine Johnson' })
    const page = await openBrowser(this)
    await signIn(page, admin)
    const held = await hold(page, 'GET', `/organisations/${id}/members`)
    await page.goto(`/o/${id}/roles`)
    await page.getByRole('heading', { level: 1, name: 'Roles' }).waitFor()
    await held.asked
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Search by name').fill('katherine')
    await page.getByText('Nothing of that name').waitFor()
    held.letGo()
    const found = page.getByRole('dialog', { name: 'Search' }).locator('[data-selected]')
    await found.getByText('Katherine Johnson').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Katherine Johnson' }).waitFor()
  })
})
