import { expect } from 'chai'
import { checkPages, keepPicture, openBrowser, rowOf, signIn } from '../rig/dashboard.ts'
import { invite } from '../rig/invite.ts'
import { anOrganisation, signUp, unique } from '../rig/people.ts'

describe('the settings of an organisation in a browser', () => {
  afterEach(checkPages)

  it('describes it, and shows a description that somebody else gives', async function () {
    const { id, admin } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/settings`)
    const section = page.getByRole('region', { name: 'Description' })
    await section.getByRole('textbox').fill('Makes rockets.')
    await section.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('status').filter({ hasText: 'The description was changed' }).waitFor({ state: 'attached' })
    expect((await admin.api('GET', `/organisations/${id}`)).body.description).to.equal('Makes rockets.')
    await admin.api('PATCH', `/organisations/${id}`, { description: 'Makes anvils.' })
    await section.getByText('Makes anvils.').waitFor()
    await keepPicture(page, 'settings')
  })

  it('keeps what is being typed while somebody else changes it, and follows them where nothing was', async function () {
    const { id, admin } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/settings`)
    const name = page.getByRole('region', { name: 'Name' }).getByRole('textbox')
    const description = page.getByRole('region', { name: 'Description' }).getByRole('textbox')
    await name.fill('Half a na')
    await description.fill('Makes ro')
    const [theirs, later] = [unique('Theirs'), unique('Later')]
    await admin.api('PATCH', `/organisations/${id}`, { name: theirs, description: 'Makes anvils.' })
    await page.getByText(`How ${theirs} is called`).waitFor()
    expect([await name.inputValue(), await description.inputValue()]).to.deep.equal(['Half a na', 'Makes ro'])

    const own = unique('Own')
    await name.fill(`  ${own} `)
    await name.press('Enter')
    await page.getByText(`How ${own} is called`).waitFor()
    await page
      .getByRole('status')
      .filter({ hasText: `is now called ${own}.` })
      .waitFor({ state: 'attached' })
    expect(await name.inputValue()).to.equal(own)
    expect(await name.evaluate((field) => field === document.activeElement)).to.equal(true)
    await admin.api('PATCH', `/organisations/${id}`, { name: later })
    await page.locator(`input[value="${later}"]`).waitFor()
    expect(await page.getByRole('button', { name: 'Rename' }).isDisabled()).to.equal(true)
    expect(await description.inputValue()).to.equal('Makes ro')
  })

  it('lists the former names that are held', async function () {
    const { id, name, admin } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/settings`)
    const section = page.getByRole('region', { name: 'Name' })
    const next = unique('Renamed')
    await section.getByRole('textbox').fill(next)
    await section.getByRole('button', { name: 'Rename' }).click()
    await section.getByRole('heading', { name: 'Former names, held' }).waitFor()
    expect(await section.getByRole('listitem').allTextContents()).to.deep.equal([`${name}free again in 4 weeks`])
    await keepPicture(page, 'settings-held-names')
  })

  it('lets Developers see the members, and takes the list from their page when it is switched off', async function () {
    const { id, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const developer = await add('developer')
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, developer)])
    await hers.goto(`/o/${id}/settings`)
    await theirs.goto(`/o/${id}/members`)
    await theirs.getByRole('heading', { name: 'Your role does not open this page' }).waitFor()

    const name = 'Developers see the members'
    await hers.getByRole('switch', { name }).click({ force: true })
    await rowOf(theirs, 'Ada Lovelace').waitFor()
    await hers.getByRole('status').filter({ hasText: 'Developers now see' }).waitFor({ state: 'attached' })
    const isOn = hers.getByRole('switch', { name, checked: true, disabled: false })
    await isOn.waitFor({ state: 'attached' })

    await isOn.click({ force: true })
    await theirs.getByRole('heading', { level: 1, name: 'Applications' }).waitFor()
    expect(await theirs.getByText('Ada Lovelace').count()).to.equal(0)
  })

  it('hands it over, after showing what that gives and takes', async function () {
    const { id, admin, add } = await anOrganisation()
    const developer = await add('developer', { name: 'Alan Turing' })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, developer)])
    await theirs.goto(`/o/${id}/activity`)
    await hers.goto(`/o/${id}/settings`)
    await hers.getByRole('button', { name: 'Hand over the organisation…' }).click()
    const dialog = hers.getByRole('dialog')
    await dialog.getByRole('combobox', { name: 'To' }).click()
    await dialog.getByRole('option', { name: /Alan Turing/ }).click()
    await dialog.getByText('Alan Turing will be able to').waitFor()
    await dialog.getByText('You will no longer be able to').waitFor()
    await keepPicture(hers, 'settings-hand-over')
    await dialog.getByRole('button', { name: 'Hand over to Alan Turing' }).click()
    await dialog.waitFor({ state: 'detached' })
    await hers.getByRole('button', { name: /^Your role Manager/ }).waitFor()
    await theirs.getByRole('button', { name: /^Your role Admin/ }).waitFor()
    expect(await hers.getByRole('button', { name: 'Delete the organisation…' }).count()).to.equal(0)
  })

  it('E45 deletes it after showing who loses access, and brings it back as it was before the eyes of its members', async function () {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    const { id, name, admin, add } = organisation
    const manager = await add('manager', { name: 'Grace Hopper' })
    await add('developer', { name: 'Alan Turing' })
    await invite(organisation, { by: manager })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, manager)])
    await theirs.goto(`/o/${id}/members`)
    await rowOf(theirs, 'Alan Turing').waitFor()
    await hers.goto(`/o/${id}/settings`)
    await hers.getByRole('button', { name: 'Delete the organisation…' }).click()
    const dialog = hers.getByRole('dialog', { name: `Delete ${name}?` })
    await dialog.getByText('You and 2 other members lose all access at once').waitFor()
    expect(await dialog.getByRole('listitem').allTextContents()).to.deep.equal([
      'GHGrace HopperConnected now',
      'ATAlan Turing',
    ])
    await keepPicture(hers, 'delete-organisation')
    await dialog.getByLabel(/to confirm/).fill(name)
    // It is said for eight seconds.
    await Promise.all([
      theirs.getByText(`${name} was deleted`).waitFor(),
      dialog.getByRole('button', { name: 'Delete the organisation' }).click(),
    ])

    await hers.getByRole('button', { name: `Organisation: ${admin.organisation.name}` }).click()
    await hers.getByRole('option', { name: 'Restore a deleted one' }).waitFor()
    await keepPicture(hers, 'switcher-restore')
    await hers.getByRole('option', { name: 'Restore a deleted one' }).click()
    await hers.getByText(/Can be restored until/).waitFor()
    await keepPicture(hers, 'deleted-organisations')
    await Promise.all([
      theirs.getByText(`You are now Manager in ${name}`).waitFor(),
      hers.getByRole('button', { name: `Restore ${name}` }).click(),
    ])
    await hers.getByRole('button', { name: `Organisation: ${name}` }).waitFor()
    await rowOf(hers, 'Alan Turing').waitFor()
    await theirs.goto(`/o/${id}/members`)
    await rowOf(theirs, 'Alan Turing').waitFor()
  })

  it('says what did not come back', async function () {
    const { id, name, admin, add } = await anOrganisation()
    const gone = await add('developer', { name: 'Alan Turing' })
    await admin.api('DELETE', `/organisations/${id}`)
    await gone.api('DELETE', '/account', { password: gone.password })
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto('/deleted')
    await page.getByRole('button', { name: `Restore ${name}` }).click()
    await page.getByText(`${name} is back, but for this`).waitFor()
    await page.getByText('Who deleted their accounts meanwhile: Alan Turing').waitFor()
    await keepPicture(page, 'restored-incomplete')
    await page.getByRole('link', { name: `Go to ${name}` }).click()
    await page.getByRole('button', { name: `Organisation: ${name}` }).waitFor()
  })

  it('has nothing to bring back for who deleted nothing', async function () {
    const page = await openBrowser(this, { isPhone: true })
    await signIn(page, await signUp())
    await page.goto('/deleted')
    await page.getByRole('heading', { name: 'Nothing to bring back' }).waitFor()
  })
})
