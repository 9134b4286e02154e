import { expect } from 'chai'
import { checkPages, keepPicture, openBrowser, signIn, signUpInBrowser } from '../rig/dashboard.ts'
import { signUp, unique } from '../rig/people.ts'

describe('signing up and in with a browser', () => {
  afterEach(checkPages)

  it('ends in the personal organisation, with three next steps', async function () {
    const page = await openBrowser(this)
    await signUpInBrowser(page, 'Ada Lovelace', `${unique('ada').replace(' ', '-')}@example.com`)
    expect(new URL(page.url()).pathname).to.match(/^\/o\/org_[a-z0-9]+\/welcome$/)
    await page.getByRole('button', { name: /^Organisation: Ada Lovelace’s organisation/ }).waitFor()
    expect(await page.getByRole('main').getByRole('listitem').count()).to.equal(3)
    await keepPicture(page, 'signed-up')
  })

  it('shows a taken address beside its field, and keeps what was typed', async function () {
    const { email } = await signUp()
    const page = await openBrowser(this)
    await page.goto('/sign-up')
    await page.getByLabel('Name').fill('Somebody Else')
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByText('An account with this email address exists').waitFor()
    expect(await page.getByLabel('Email').getAttribute('aria-invalid')).to.equal('true')
    expect(await page.getByLabel('Name').inputValue()).to.equal('Somebody Else')
    expect(await page.getByLabel('Email').inputValue()).to.equal(email)
  })

  it('says that a password is wrong without saying which accounts exist', async function () {
    const { email } = await signUp()
    const page = await openBrowser(this)
    for (const address of [email, 'nobody@example.com']) {
      await page.goto('/sign-in')
      await page.getByLabel('Email').fill(address)
      await page.getByLabel('Password', { exact: true }).fill('not this one')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('Email or password is wrong').waitFor()
    }
  })

  it('keeps the session over a reload, with the refresh token where no script can read it', async function () {
    const person = await signUp()
    const page = await openBrowser(this)
    await signIn(page, person)
    await page.reload()
    await page.getByRole('link', { name: person.account.name }).waitFor()
    expect(await page.evaluate(() => document.cookie)).to.equal('')
    expect(await page.evaluate(() => Object.keys(localStorage).concat(Object.keys(sessionStorage)))).to.deep.equal([])
    const [cookie] = await page.context().cookies(`${person.url}/v1/sessions/refresh`)
    expect(cookie).to.include({ httpOnly: true, sameSite: 'Strict', path: '/v1/sessions/refresh' })
  })

  it('leads to the address that was asked for', async function () {
    const person = await signUp()
    const page = await openBrowser(this)
    await page.goto(`/o/${person.organisation.id}/roles`)
    await page.getByLabel('Email').fill(person.email)
    await page.getByLabel('Password', { exact: true }).fill(person.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1, name: 'Roles' }).waitFor()
  })

  it('signs out all tabs when one signs out', async function () {
    const person = await signUp()
    const page = await openBrowser(this)
    await signIn(page, person)
    const other = await page.context().newPage()
    await other.goto('/account')
    await other.getByRole('heading', { level: 1, name: 'Your account' }).waitFor()
    await page.getByRole('button', { name: /^Account:/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    for (const tab of [page, other]) await tab.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    expect(await other.getByText(person.email).count()).to.equal(0)
  })
})
