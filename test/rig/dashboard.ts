import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Context } from 'mocha'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startBrowser } from './browser.ts'
import { defaultPassword, type Person } from './people.ts'
import { sharedServer } from './server.ts'
import { atEndOfRun } from './teardown.ts'

export interface Look {
  readonly scheme?: 'light' | 'dark'
  readonly isPhone?: boolean
  /** Of the server; the shared one by default. */
  readonly url?: string
}

let starting: ReturnType<typeof startBrowser> | undefined

/** The browser of this run. Where there can be none the tests are skipped, and say why. */
async function theBrowser(test: Context): Promise<Browser> {
  starting ??= startBrowser().then((started) => {
    if ('browser' in started) atEndOfRun(() => started.browser.close())
    else console.warn(`SKIPPED: the tests of the dashboard. ${started.unavailable}`)
    return started
  })
  const started = await starting
  return 'browser' in started ? started.browser : test.skip()
}

/** Errors of scripts that no test expected, by the page’s address. */
const failures: string[] = []

/** Throws when a page’s script failed since the last time. For `afterEach`. */
export function checkPages(): void {
  const found = failures.splice(0)
  if (found.length > 0) throw new Error(`Scripts failed in the page:\n${found.join('\n')}`)
}

/** A browser of its own for somebody: cookies and storage are theirs alone. */
export async function openBrowser(test: Context, { scheme = 'light', isPhone = false, url }: Look = {}): Promise<Page> {
  // Two browsers on a machine that does other things take their time.
  test.timeout(240_000)
  const browser = await theBrowser(test)
  const options: BrowserContextOptions = {
    baseURL: url ?? (await sharedServer()).url,
    colorScheme: scheme,
    viewport: isPhone ? { width: 390, height: 844 } : { width: 1280, height: 820 },
    reducedMotion: 'reduce',
    locale: 'en-GB',
  }
  const context = await browser.newContext(options)
  context.setDefaultTimeout(60_000)
  context.on('weberror', (error) => failures.push(`${error.page()?.url() ?? ''}: ${String(error.error().stack)}`))
  return context.newPage()
}

/** Signs somebody in as they would, and waits for their first page. */
export async function signIn(page: Page, { email, password }: Pick<Person, 'email' | 'password'>): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor()
}

/** Signs somebody up as they would, and waits for their personal organisation. */
export async function signUpInBrowser(page: Page, name: string, email: string): Promise<void> {
  await page.goto('/sign-up')
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(defaultPassword)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { level: 1, name: `Welcome, ${name}` }).waitFor()
}

/** The row of a member in the list. */
export function rowOf(page: Page, name: string) {
  return page.getByRole('row').filter({ has: page.getByRole('link', { name }) })
}

/** Keeps a picture where SHOTS says, which is never in the tree. Without SHOTS there are none. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.SHOTS
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds on the page, each with where and why. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource)
  const results = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResults> } }
    return axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  })
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      (node) => `${id}: ${help}: ${node.target.join(' ')} (${node.any.map(({ message }) => message).join('; ')})`,
    ),
  )
}
