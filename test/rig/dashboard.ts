import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Context } from 'mocha'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
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

/** What the present test has opened. */
const opened = new Set<BrowserContext>()

/**
 * Closes what the test has opened, since pages go on asking and drawing and so take their time from those that follow.
 * Throws when the script of one failed. For `afterEach`.
 */
export async function checkPages(this: Context): Promise<void> {
  if (this.currentTest?.state === 'failed') await tellWhatIsShown(this.currentTest.title)
  for (const context of opened) await context.close()
  opened.clear()
  const found = failures.splice(0)
  if (found.length > 0) throw new Error(`Scripts failed in the page:\n${found.join('\n')}`)
}

/** Of a test that waited in vain the message says only what did not come. */
async function tellWhatIsShown(title: string): Promise<void> {
  for (const [index, page] of [...opened].flatMap((context) => context.pages()).entries()) {
    const shown = await page.locator('body').ariaSnapshot({ timeout: 10_000 }).catch(String)
    console.log(`      ${page.url()} shows: ${shown.replaceAll(/\s+/g, ' ').slice(0, 1_500)}`)
    await keepPicture(page, `failed-${title.replaceAll(/\W+/g, '-').slice(0, 60)}-${index}`)
  }
}

const viewportOf = (isPhone: boolean) => (isPhone ? { width: 390, height: 844 } : { width: 1280, height: 820 })

/** A browser of its own for somebody: cookies and storage are theirs alone. */
export async function openBrowser(test: Context, { scheme = 'light', isPhone = false, url }: Look = {}): Promise<Page> {
  // Two browsers on a machine that does other things take their time; what hangs is found by the pages’ own limit.
  test.timeout(600_000)
  const browser = await theBrowser(test)
  const options: BrowserContextOptions = {
    baseURL: url ?? (await sharedServer()).url,
    colorScheme: scheme,
    viewport: viewportOf(isPhone),
    reducedMotion: 'reduce',
    locale: 'en-GB',
  }
  const context = await browser.newContext(options)
  opened.add(context)
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

export interface NamedLook extends Look {
  readonly name: string
}

/** The looks in which every page is looked at. */
export const looksWith = (ofPhone: 'light' | 'dark'): readonly NamedLook[] => [
  { name: 'light', scheme: 'light' },
  { name: 'dark', scheme: 'dark' },
  { name: 'phone', scheme: ofPhone, isPhone: true },
]

/** Gives a page that is open the look of another device, which is much quicker than loading it once for each. */
export async function changeLook(page: Page, { scheme = 'light', isPhone = false }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme })
  await page.setViewportSize(viewportOf(isPhone))
  await page.evaluate(async (wanted) => {
    // What follows the width does so within a frame, and is drawn with the next.
    for (let frame = 0; frame < 3 || document.documentElement.dataset.mantineColorScheme !== wanted; frame += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
    // Colours that are on their way from one scheme to the other would be measured half-way; and where one ends, what
    // inherits it may set out.
    for (let isMoving = true; isMoving; ) {
      isMoving = false
      for (const animation of document.getAnimations()) {
        if (!(animation instanceof CSSTransition)) continue
        animation.finish()
        isMoving = true
      }
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  }, scheme)
}

/**
 * Looks at pages: `check` is for each as it stands, in every look, the first of which it has again afterwards. `found`
 * is what axe and the Content-Security-Policy object to, what scrolls sideways and what writes style elements.
 */
export function inspect(page: Page, looks: readonly NamedLook[], prefix = '') {
  const found: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) found.push(message.text())
  })
  const checkLook = async (name: string) => {
    found.push(...(await findBarriers(page)).map((barrier) => `${name}: ${barrier}`))
    const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
    if (isTooWide) found.push(`${name}: scrolls sideways`)
    if ((await page.locator('style').count()) > 0) found.push(`${name}: writes style elements`)
    await keepPicture(page, `${prefix}${name}`)
  }
  return {
    found,
    check: async (name: string) => {
      for (const look of looks) {
        await changeLook(page, look)
        await checkLook(`${name}-${look.name}`)
      }
      if (looks[0] !== undefined) await changeLook(page, looks[0])
    },
  }
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds on the page, each with where and why. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
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
