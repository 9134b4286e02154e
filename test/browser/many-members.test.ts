import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { checkPages, findBarriers, keepPicture, type Look, openBrowser, rowOf, signIn } from '../rig/dashboard.ts'
import { anAddress } from '../rig/invite.ts'
import { anOrganisation, type Person, type TestOrganisation } from '../rig/people.ts'

const barOn = (page: Page) => page.getByRole('region', { name: 'Selected members' })
const boxOf = (page: Page, name: string) => page.getByRole('checkbox', { name: `Select ${name}` })
const everybody = (page: Page) => page.getByRole('checkbox', { name: 'Select everybody shown' })

async function namesBy(organisation: TestOrganisation): Promise<Record<string, string>> {
  const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/members?limit=200`)
  return Object.fromEntries(
    body.data.map(({ account, role }: { account: { name: string }; role: string }) => [account.name, role]),
  )
}

describe('many members at once', () => {
  afterEach(checkPages)

  async function open(page: Page, { id }: TestOrganisation, person: Person): Promise<void> {
    await signIn(page, person)
    await page.goto(`/o/${id}/members`)
    await boxOf(page, 'Grace Hopper').waitFor()
  }

  async function somePeople(): Promise<TestOrganisation> {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    const { member } = await organisation.add('manager', { name: 'Grace Hopper' })
    await organisation.add('developer', { name: 'Alan Turing' })
    await organisation.add('accounting', { name: 'Barbara Liskov' })
    expect(member).to.match(/^mem_/)
    return organisation
  }

  it('get another role together, by keyboard, after one has seen what that takes', async function () {
    const organisation = await somePeople()
    const page = await openBrowser(this)
    await open(page, organisation, organisation.admin)

    await boxOf(page, 'Alan Turing').focus()
    await page.keyboard.press('Space')
    await boxOf(page, 'Grace Hopper').focus()
    await page.keyboard.press('Space')
    await page.getByRole('status').filter({ hasText: '2 selected.' }).waitFor({ state: 'attached' })
    await barOn(page).getByText('2 selected').waitFor()
    expect(await findBarriers(page)).to.deep.equal([])
    await keepPicture(page, 'selected')

    await barOn(page).getByRole('button', { name: 'Change role…' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Change the role of 2 members' })
    await dialog.getByText('Alan Turing and Grace Hopper').waitFor()
    await dialog.getByRole('radio', { name: /^Accounting/ }).focus()
    await page.keyboard.press('Space')
    const changes = dialog.getByRole('listitem')
    const hers = changes.filter({ hasText: 'Grace Hopper' })
    await hers.getByText(/^gains: see billing/).waitFor()
    await hers.getByText(/^loses: rename the organisation.* more$/).waitFor()
    await changes
      .filter({ hasText: 'Alan Turing' })
      .getByText(/^gains: /)
      .waitFor()
    await keepPicture(page, 'change-roles')
    // Escape closes the dialog: what axe finds is looked for before.
    expect(await findBarriers(page)).to.deep.equal([])
    await dialog.getByRole('button', { name: 'Change 2 to Accounting' }).press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await page
      .getByRole('status')
      .filter({ hasText: 'The role of 2 members is now Accounting.' })
      .waitFor({ state: 'attached' })
    await rowOf(page, 'Grace Hopper').getByText('Accounting').waitFor()
    expect(await namesBy(organisation)).to.deep.equal({
      'Ada Lovelace': 'admin',
      'Grace Hopper': 'accounting',
      'Alan Turing': 'accounting',
      'Barbara Liskov': 'accounting',
    })
  })

  it('are removed together, and the focus stays on the page', async function () {
    const organisation = await somePeople()
    const page = await openBrowser(this)
    await open(page, organisation, organisation.admin)
    await everybody(page).focus()
    await page.keyboard.press('Space')
    await barOn(page).getByText('3 selected').waitFor()
    expect(await boxOf(page, 'Ada Lovelace').isChecked()).to.equal(false)
    await boxOf(page, 'Barbara Liskov').click()
    await barOn(page).getByText('2 selected').waitFor()
    expect(await everybody(page).evaluate((box) => (box as HTMLInputElement).indeterminate)).to.equal(true)

    await barOn(page).getByRole('button', { name: 'Remove…' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Remove 2 members?' })
    await dialog.getByRole('listitem').filter({ hasText: 'Grace Hopper' }).getByText('loses all access').waitFor()
    expect(await findBarriers(page)).to.deep.equal([])
    await keepPicture(page, 'remove-members')
    await dialog.getByRole('button', { name: 'Remove 2 members' }).press('Enter')
    await rowOf(page, 'Grace Hopper').waitFor({ state: 'detached' })
    await barOn(page).waitFor({ state: 'detached' })
    await page.waitForFunction(() => document.activeElement !== document.body)
    expect(await namesBy(organisation)).to.deep.equal({ 'Ada Lovelace': 'admin', 'Barbara Liskov': 'accounting' })
  })

  it('are refused together, with the name of whom it is about, and nothing happens', async function () {
    const organisation = await somePeople()
    const { id, admin } = organisation
    const page = await openBrowser(this)
    await open(page, organisation, admin)
    await everybody(page).click()
    await barOn(page).getByRole('button', { name: 'Remove…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Remove 3 members?' })
    await dialog.getByRole('listitem').first().waitFor()
    // Meanwhile somebody else removes one of them.
    const { body } = await admin.api('GET', `/organisations/${id}/members?q=alan`)
    await admin.api('DELETE', `/organisations/${id}/members/${body.data[0].id}`)
    await dialog.getByRole('button', { name: 'Remove 3 members' }).click()
    await dialog.getByRole('alert').getByText('Not with Alan Turing among them').waitFor()
    expect(Object.keys(await namesBy(organisation))).to.have.members(['Ada Lovelace', 'Grace Hopper', 'Barbara Liskov'])
  })

  it('are offered as far as one’s own role goes: who cannot be changed says why, and who manages nobody sees no boxes', async function () {
    const organisation = await somePeople()
    const manager = await organisation.add('manager', { name: 'Edsger Dijkstra' })
    await organisation.admin.api('POST', `/organisations/${organisation.id}/roles`, {
      name: 'Reader',
      permissions: ['member:read'],
    })
    const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/roles`)
    const reader = await organisation.add(body.data.at(-1).id, { name: 'Tony Hoare' })
    const page = await openBrowser(this)
    await open(page, organisation, manager)
    const box = boxOf(page, 'Ada Lovelace')
    expect(await box.getAttribute('aria-disabled')).to.equal('true')
    await box.focus()
    await page.getByRole('tooltip').getByText('A role can only be given or taken by someone who holds all').waitFor()
    await page.keyboard.press('Space')
    expect(await box.isChecked()).to.equal(false)
    await everybody(page).click()
    await barOn(page).getByText('4 selected').waitFor()
    await barOn(page).getByRole('button', { name: 'Select nobody' }).press('Enter')
    await barOn(page).waitFor({ state: 'detached' })
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Select everybody shown')

    const other = await openBrowser(this)
    await signIn(other, reader)
    await other.goto(`/o/${organisation.id}/members`)
    await rowOf(other, 'Grace Hopper').waitFor()
    expect(await other.getByRole('checkbox').count()).to.equal(0)
  })

  for (const look of [{ scheme: 'dark' }, { isPhone: true }] satisfies Look[]) {
    it(`have no barrier, ${JSON.stringify(look)}`, async function () {
      const organisation = await somePeople()
      await organisation.admin.api('POST', `/organisations/${organisation.id}/invitations`, {
        email: anAddress(),
        role: 'developer',
      })
      const page = await openBrowser(this, look)
      await open(page, organisation, organisation.admin)
      await boxOf(page, 'Grace Hopper').click()
      await boxOf(page, 'Alan Turing').click()
      await barOn(page).getByText('2 selected').waitFor()
      await keepPicture(page, `selected-${JSON.stringify(look).replace(/\W/g, '')}`)
      const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
      expect([await findBarriers(page), isTooWide]).to.deep.equal([[], false])
      await barOn(page).getByRole('button', { name: 'Change role…' }).click()
      await page
        .getByRole('dialog')
        .getByRole('radio', { name: /^Developer/ })
        .click()
      await page.getByRole('dialog').getByText('Grace Hopper', { exact: true }).waitFor()
      await keepPicture(page, `change-roles-${JSON.stringify(look).replace(/\W/g, '')}`)
      expect(await findBarriers(page)).to.deep.equal([])
    })
  }

  it('are downloaded as CSV', async function () {
    const organisation = await somePeople()
    const page = await openBrowser(this)
    await open(page, organisation, organisation.admin)
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download as CSV' }).press('Enter')
    const download = await downloading
    expect(download.suggestedFilename()).to.equal('members.csv')
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n')
    expect(lines.map((line) => line.split(',')[2])).to.deep.equal([
      'name',
      'Ada Lovelace',
      'Alan Turing',
      'Barbara Liskov',
      'Grace Hopper',
    ])
  })
})
