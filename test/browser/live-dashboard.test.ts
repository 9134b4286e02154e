import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { startBrowser } from '../rig/browser.ts'
import { aFreePort } from '../rig/free-port.ts'
import { anOrganisation } from '../rig/people.ts'
import { startServer } from '../rig/server.ts'
import { atEnd } from '../rig/teardown.ts'

const folder = fileURLToPath(new URL('../../examples/live-dashboard/', import.meta.url))

/** Starts the example as its README says; resolves when it says that it is there. */
async function startExample(port: number, rolecallUrl: string): Promise<string> {
  const child = spawn('npm', ['start', '--silent'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port), ROLECALL_URL: rolecallUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  atEnd(async () => {
    child.kill()
    await ended
  })
  const [said] = await once(child.stdout.setEncoding('utf8'), 'data')
  return said
}

describe('the example of a live dashboard', () => {
  let browser: Browser

  before(async function () {
    const started = await startBrowser()
    if ('unavailable' in started) {
      console.log(`      ${started.unavailable}`)
      return this.skip()
    }
    browser = started.browser
  })
  after(() => browser?.close())

  const rows = (page: Page) =>
    page.locator('#members tbody tr').evaluateAll((all) => all.map(({ children }) => children[2]?.textContent))

  it('shows members and roles live, shrinks when its reader is demoted, and grows on promotion', async () => {
    const port = await aFreePort()
    const exampleUrl = `http://127.0.0.1:${port}`
    const { url } = await startServer({ env: { CORS_ORIGINS: exampleUrl } })
    expect(await startExample(port, url)).to.contain(`CORS_ORIGINS=${exampleUrl}\n`)
    const organisation = await anOrganisation({ url })
    const reader = await organisation.add('manager')
    const page = await browser.newPage()
    page.setDefaultTimeout(60_000)
    const failures: unknown[] = []
    page.on('pageerror', (error) => failures.push(error))
    await page.goto(exampleUrl)
    await page.getByLabel('Email').fill(reader.email)
    await page.getByLabel('Password').fill('wrong')
    await page.getByRole('button').click()
    await page.getByText('Email or password is wrong').waitFor()
    await page.getByLabel('Password').fill(reader.password)
    await page.getByRole('button').click()
    await page.getByLabel('Organisation').selectOption({ label: organisation.name })
    await page.getByText('You are Manager here').waitFor()
    await page.getByRole('cell', { name: 'Admin', exact: true }).waitFor()
    expect(await rows(page)).to.deep.equal(['Admin', 'Manager'])

    const other = await organisation.add('developer')
    await page.getByRole('cell', { name: other.account.name, exact: true }).waitFor()
    const path = `/organisations/${organisation.id}/members`
    await organisation.admin.api('PATCH', `${path}/${other.member}`, { role: 'accounting' })
    await page.getByRole('cell', { name: 'Accounting', exact: true }).waitFor()
    expect(await rows(page)).to.deep.equal(['Admin', 'Manager', 'Accounting'])

    await organisation.admin.api('PATCH', `${path}/${reader.member}`, { role: 'developer' })
    await page.getByText('Your role does not show who else is a member.').waitFor()
    await page.getByText('You are Developer here').waitFor()
    expect(await rows(page)).to.deep.equal([])
    expect(await page.content()).not.to.contain(other.account.name)

    await organisation.admin.api('PATCH', `${path}/${reader.member}`, { role: 'manager' })
    await page.getByRole('cell', { name: other.account.name, exact: true }).waitFor()
    expect(await rows(page)).to.deep.equal(['Admin', 'Manager', 'Accounting'])

    await organisation.admin.api('DELETE', `${path}/${reader.member}`)
    await page.locator('#organisations', { hasNotText: organisation.name }).waitFor()
    await page.getByText('You are Admin here').waitFor()
    expect(await page.content()).not.to.contain(other.account.name)
    expect(failures).to.deep.equal([])
  })

  it('takes fewer than 150 lines, page and script together', () => {
    const lines = ['index.html', 'dashboard.js'].flatMap((file) => readFileSync(`${folder}${file}`, 'utf8').split('\n'))
    expect(lines.length).to.be.below(150)
  })
})
