import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { checkPages, keepPicture, openBrowser, rowOf, signIn } from '../rig/dashboard.ts'
import { anAddress } from '../rig/invite.ts'
import { marked } from '../rig/marked.ts'
import { anOrganisation, signUp } from '../rig/people.ts'

describe('members in two browsers', () => {
  afterEach(checkPages)

  it('shows a role that one person changes to another, without a reload, marked with who did it', async function () {
    const { id, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const manager = await add('manager', { name: 'Grace Hopper' })
    await add('developer', { name: 'Alan Turing' })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this, { scheme: 'dark' })]
    await Promise.all([signIn(hers, admin), signIn(theirs, manager)])
    for (const page of [hers, theirs]) {
      await page.goto(`/o/${id}/members`)
      await rowOf(page, 'Alan Turing').waitFor()
    }
    await theirs.evaluate(() => Object.assign(window, { wasNotReloaded: true }))

    await hers.getByRole('button', { name: 'Role of Alan Turing: Developer. Change' }).click()
    await hers.getByRole('menuitemradio', { name: 'Accounting' }).click()
    const dialog = hers.getByRole('dialog', { name: 'Change the role of Alan Turing' })
    await dialog.getByText('Alan Turing will be able to').waitFor()
    await dialog.getByText('Alan Turing will no longer be able to').waitFor()
    await marked(theirs, 'Alan Turing', 'role changed by Ada Lovelace, just now', () =>
      dialog.getByRole('button', { name: 'Change to Accounting' }).click(),
    )

    await rowOf(theirs, 'Alan Turing').getByText('Accounting').waitFor()
    await keepPicture(theirs, 'role-changed-by-somebody-else')
    await theirs
      .getByRole('status')
      .filter({ hasText: 'Ada Lovelace changed the role of Alan Turing' })
      .waitFor({ state: 'attached' })
    await rowOf(theirs, 'Alan Turing')
      .getByText(/@example\.com/)
      .waitFor()
    expect(await theirs.evaluate(() => 'wasNotReloaded' in window)).to.equal(true)
    await rowOf(hers, 'Alan Turing').getByText('Accounting').waitFor()
    expect(await hers.getByText('role changed by').count(), 'marked for who did it').to.equal(0)
  })

  it('shows at once who was added and who was removed', async function () {
    const { id, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const manager = await add('manager', { name: 'Grace Hopper' })
    const newcomer = await signUp({ name: 'Barbara Liskov' })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, manager)])
    for (const page of [hers, theirs]) await page.goto(`/o/${id}/members`)
    // Who comes before the members are there is among them, and marked as nobody.
    await rowOf(theirs, 'Ada Lovelace').waitFor()

    await hers.getByRole('button', { name: 'Invite', exact: true }).click()
    const dialog = hers.getByRole('dialog', { name: /^Invite somebody/ })
    await dialog.getByLabel('Email').fill(admin.email)
    await dialog.getByRole('button', { name: 'Invite' }).click()
    await dialog.getByText('This account is a member already').waitFor()
    await dialog.getByLabel('Email').fill(newcomer.email)
    await marked(theirs, 'Barbara Liskov', 'added by Ada Lovelace, just now', () =>
      dialog.getByRole('button', { name: 'Invite' }).click(),
    )

    await hers.getByRole('button', { name: 'Actions for Barbara Liskov' }).click()
    await hers.getByRole('menuitem', { name: 'Remove…' }).click()
    await rowOf(theirs, 'Barbara Liskov').waitFor()
    await marked(theirs, 'Barbara Liskov', 'removed by Ada Lovelace, just now', () =>
      hers.getByRole('button', { name: 'Remove Barbara Liskov' }).click(),
    )
    for (const page of [hers, theirs]) await rowOf(page, 'Barbara Liskov').waitFor({ state: 'detached' })
  })

  it('shows at once who is invited, sends again and withdraws', async function () {
    const { id, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const manager = await add('manager', { name: 'Grace Hopper' })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this, { isPhone: true })]
    await Promise.all([signIn(hers, admin), signIn(theirs, manager)])
    const isRead = theirs.waitForResponse((answer) => answer.url().includes(`/organisations/${id}/invitations`))
    for (const page of [hers, theirs]) await page.goto(`/o/${id}/members`)
    // What comes before the list is there is in it, and not marked.
    await Promise.all([isRead, rowOf(theirs, 'Ada Lovelace').waitFor()])
    const email = anAddress()

    await hers.getByRole('button', { name: 'Invite', exact: true }).click()
    const dialog = hers.getByRole('dialog', { name: /^Invite somebody/ })
    await dialog.getByLabel('Email').fill(email)
    await dialog.getByLabel('A mailed invitation holds for').selectOption('3 days')
    await marked(theirs, email, 'invited by Ada Lovelace, just now', () =>
      dialog.getByRole('button', { name: 'Invite' }).click(),
    )
    const itemOn = (page: Page) => page.getByRole('region', { name: 'Invited' }).getByRole('listitem')
    await itemOn(theirs).getByText(email).waitFor()
    await itemOn(theirs).getByText('in 3 days').waitFor()
    await keepPicture(theirs, 'invited-phone')
    await keepPicture(hers, 'invited')

    await hers.getByRole('button', { name: `Actions for the invitation of ${email}` }).click()
    await hers.getByRole('menuitem', { name: 'Send again…' }).click()
    await hers.getByRole('dialog').getByLabel('It holds for').selectOption('14 days')
    await hers.getByRole('button', { name: 'Send again' }).click()
    await itemOn(theirs).getByText('in 2 weeks').waitFor()

    await theirs.getByRole('button', { name: `Actions for the invitation of ${email}` }).click()
    await theirs.getByRole('menuitem', { name: 'Withdraw…' }).click()
    await theirs.getByRole('button', { name: 'Withdraw' }).click()
    for (const page of [hers, theirs]) await itemOn(page).waitFor({ state: 'detached' })
  })

  it('suspends and gives access again, and shows before what that takes', async function () {
    const { id, name, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const manager = await add('manager', { name: 'Grace Hopper' })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, manager)])
    for (const page of [hers, theirs]) {
      await page.goto(`/o/${id}/members`)
      await rowOf(page, 'Grace Hopper').waitFor()
    }
    await hers.getByRole('button', { name: 'Actions for Grace Hopper' }).click()
    await hers.getByRole('menuitem', { name: 'Suspend…' }).click()
    const dialog = hers.getByRole('dialog', { name: 'Suspend Grace Hopper?' })
    await dialog.getByText('Grace Hopper will no longer be able to').waitFor()
    await dialog.getByText(/Grace Hopper is connected now/).waitFor()
    await keepPicture(hers, 'suspend')
    await dialog.getByRole('button', { name: 'Suspend Grace Hopper' }).click()
    await theirs.getByText(`Your access to ${name} was suspended`).waitFor()
    await rowOf(hers, 'Grace Hopper').getByText('Suspended').waitFor()
    await hers.getByLabel('Status').selectOption('Suspended')
    await hers.getByText('1 of 2').waitFor()
    await keepPicture(hers, 'suspended')

    await hers.getByRole('button', { name: 'Actions for Grace Hopper' }).click()
    await hers.getByRole('menuitem', { name: 'Give access again…' }).click()
    await hers.getByRole('dialog').getByText('Grace Hopper will be able to').waitFor()
    await hers.getByRole('button', { name: 'Give access again' }).click()
    await theirs.getByText(`You are now Manager in ${name}`).waitFor()
  })

  it('follows a demotion: notice, navigation and page', async function () {
    const { id, name, admin, add } = await anOrganisation()
    const manager = await add('manager')
    const page = await openBrowser(this)
    await signIn(page, manager)
    await page.goto(`/o/${id}/members`)
    await rowOf(page, admin.account.name).waitFor()

    await admin.api('PATCH', `/organisations/${id}/members/${manager.member}`, { role: 'developer' })
    await page.getByText(`Your role in ${name} is now Developer`).waitFor()
    await page.getByRole('heading', { level: 1, name: 'Applications' }).waitFor()
    const navigation = page.getByRole('navigation', { name: 'Organisation' })
    expect(await navigation.getByRole('link').allTextContents()).to.deep.equal(['Applications', 'Roles', 'Activity'])
    expect(await page.getByText(admin.email).count(), 'addresses that the role does not show').to.equal(0)
    await keepPicture(page, 'demoted')

    await page.goto(`/o/${id}/members`)
    await page.getByRole('heading', { name: 'Your role does not open this page' }).waitFor()
    await page.getByText('member:read').waitFor()
    await page.getByText(/Admin or Manager can give it to you/).waitFor()

    await admin.api('PATCH', `/organisations/${id}/members/${manager.member}`, { role: 'manager' })
    await rowOf(page, admin.account.name).waitFor()
  })

  it('follows a removal: notice, switcher, the personal organisation, and nothing of before', async function () {
    const { id, name, admin, add } = await anOrganisation()
    const manager = await add('manager')
    const page = await openBrowser(this)
    await signIn(page, manager)
    await page.goto(`/o/${id}/members`)
    await rowOf(page, admin.account.name).waitFor()

    await admin.api('DELETE', `/organisations/${id}/members/${manager.member}`)
    await page.getByText(`You were removed from ${name}`).waitFor()
    await page.getByRole('button', { name: `Organisation: ${manager.organisation.name}` }).click()
    const options = page.getByRole('listbox', { name: 'Your organisations' }).getByRole('option')
    await options.last().waitFor()
    expect(await options.count()).to.equal(2)
    expect(await options.last().textContent()).to.equal('Add an organisation')
    expect(await page.getByText(admin.account.name).count()).to.equal(0)
    await page.goto(`/o/${id}/members`)
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
  })

  it('offers what may be done, and says why the rest may not', async function () {
    const { id, admin, add } = await anOrganisation()
    const manager = await add('manager')
    const page = await openBrowser(this)
    await signIn(page, manager)
    await page.goto(`/o/${id}/members`)
    await page.getByRole('button', { name: `Actions for ${admin.account.name}` }).click()
    const remove = page.getByRole('menuitem', { name: 'Remove…' })
    expect(await remove.getAttribute('aria-disabled')).to.equal('true')
    await remove.hover()
    await page.getByRole('tooltip').getByText('A role can only be given or taken by someone who holds all').waitFor()
    await remove.click({ force: true })
    expect(await page.getByRole('dialog').count()).to.equal(0)
  })

  it('leaves an organisation', async function () {
    const { id, name, add } = await anOrganisation()
    const developer = await add('developer')
    const page = await openBrowser(this)
    await signIn(page, developer)
    await page.goto(`/o/${id}`)
    await page.getByRole('button', { name: /^Your role Developer/ }).click()
    await page.getByRole('menuitem', { name: 'Leave the organisation…' }).click()
    await page
      .getByRole('dialog', { name: `Leave ${name}?` })
      .getByRole('button', { name: 'Leave' })
      .click()
    await page.getByText(`You left ${name}`).waitFor()
    await page.getByRole('button', { name: `Organisation: ${developer.organisation.name}` }).waitFor()
  })

  it('holds few rows of a long list, finds as one types, and lets newcomers wait', async function () {
    const { id, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const manager = await add('manager')
    const page = await openBrowser(this)
    await signIn(page, manager)
    await page.route(
      (url) => url.pathname === `/v1/organisations/${id}/members`,
      async (route) => {
        const from = Number(new URL(route.request().url()).searchParams.get('after') ?? 0)
        const { body, headers } = await admin.api('GET', `/organisations/${id}/members`)
        await route.fulfill({
          headers: { 'rolecall-seq': headers.get('rolecall-seq') ?? '' },
          json: {
            data: [...(from === 0 ? body.data : []), ...membersOf(id, from)],
            ...(from + 200 < 10_000 ? { next: String(from + 200) } : {}),
          },
        })
      },
    )
    await page.goto(`/o/${id}/members`)
    await page.getByText('10,002 members').waitFor()
    expect(await page.getByRole('row').count()).to.be.below(60)

    await page.getByLabel('Find a member').fill('person 07777')
    await page.getByText('1 of 10,002').waitFor()
    await rowOf(page, 'Person 07777').waitFor()
    await page.getByLabel('Find a member').fill('')
    await page.getByText('10,002 members').waitFor()

    const newcomer = await add('developer', { name: 'Zoe Newcomer' })
    await page.getByRole('button', { name: '1 new' }).click()
    await page.getByLabel('Find a member').fill(newcomer.email)
    await rowOf(page, 'Zoe Newcomer').waitFor()
  })
})

/** Members as the server would list them: so many accounts would take minutes to sign up. */
function membersOf(organisation: string, from: number) {
  return Array.from({ length: 200 }, (_, index) => {
    const number = String(from + index).padStart(5, '0')
    return {
      id: `mem_z${number}`,
      organisation,
      account: { id: `acc_z${number}`, name: `Person ${number}`, email: `person-${number}@example.com` },
      role: 'developer',
      status: 'active',
      since: '2026-01-01T00:00:00.000Z',
    }
  })
}
