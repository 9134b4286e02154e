/** What the stories of the roles share: what a page was sent, how it looks, and what it does not open. */
import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { findBarriers, keepPicture } from './dashboard.ts'

export interface Heard {
  /** All that the server sent so far, over HTTP and the live connection, and what the page shows now. */
  all(): Promise<string>
}

/** Keeps what a page is sent from now on. */
export function hear(page: Page): Heard {
  const texts: Promise<string>[] = []
  page.on('response', (response) => {
    if (!/\/(v1|socket\.io|git)\//.test(response.url())) return
    // What leaving the page cuts off was never read by it.
    texts.push(response.text().catch(() => ''))
  })
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => texts.push(Promise.resolve(payload.toString()))),
  )
  return {
    all: async () => [...(await Promise.all(texts)), await page.content()].join('\n'),
  }
}

/** Looks at a page in light, dark and on a phone: no barrier that axe finds, and no sideways scrolling. */
export async function inspect(page: Page, name: string): Promise<void> {
  const found: string[] = []
  for (const look of ['light', 'dark', 'phone'] as const) {
    const colorScheme = look === 'dark' ? 'dark' : 'light'
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(look === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 820 })
    await page.waitForFunction((wanted) => document.documentElement.dataset.mantineColorScheme === wanted, colorScheme)
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))
    found.push(...(await findBarriers(page)).map((barrier) => `${look}: ${barrier}`))
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) {
      found.push(`${look}: scrolls sideways`)
    }
    await keepPicture(page, `story-${name}-${look}`)
  }
  await page.setViewportSize({ width: 1280, height: 820 })
  expect(found, name).to.deep.equal([])
}

/** The pages that the navigation offers. */
export function sectionsOn(page: Page): Promise<string[]> {
  return page.getByRole('navigation', { name: 'Organisation' }).getByRole('link').allTextContents()
}

/** Types the addresses of pages that one’s role does not open. */
export async function expectClosed(page: Page, organisation: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await page.goto(`/o/${organisation}/${path}`)
    await page.getByRole('heading', { name: 'Your role does not open this page' }).waitFor()
  }
}

const resultsOn = (page: Page) => page.getByRole('dialog', { name: 'Search' })

/** Searches by ⌘K for what there is, and goes there. */
export async function goBySearch(page: Page, typed: string, result = typed): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder('Search by name').fill(typed)
  await resultsOn(page).getByText(result, { exact: true }).click()
}

/** Searches by ⌘K for what one’s role does not know or do. */
export async function expectUnknown(page: Page, names: readonly string[]): Promise<void> {
  await page.keyboard.press('Control+k')
  for (const name of names) {
    await page.getByPlaceholder('Search by name').fill(name)
    await resultsOn(page).getByText('Nothing of that name').waitFor()
  }
  await page.keyboard.press('Escape')
  await resultsOn(page).waitFor({ state: 'detached' })
}

/** Goes to an organisation by the first dropdown of the head bar. */
export async function switchTo(page: Page, name: string): Promise<void> {
  await page.getByRole('banner').getByRole('button').first().click()
  await page.getByRole('option', { name }).click()
  await page.getByRole('button', { name: `Organisation: ${name}` }).waitFor()
}

/** Makes a token for git on one’s account page, where an application’s page leads, and answers it. */
export async function makeToken(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'token of yours' }).click()
  await page.getByRole('button', { name: 'Make a token' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Laptop')
  await page.getByRole('button', { name: 'Make the token' }).click()
  const token = await page.getByLabel('Token', { exact: true }).inputValue()
  await page.getByRole('button', { name: 'Done' }).click()
  return token
}

/** Presses what downloads, and answers the file. */
export async function download(page: Page, name: string): Promise<{ readonly name: string; readonly content: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
  return { name: file.suggestedFilename(), content: await readFile(await file.path()) }
}
