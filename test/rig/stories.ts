/** What the stories of the roles share: what a page was sent, how it looks, and what it does not open. */
import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { changeLook, findBarriers, keepPicture } from './dashboard.ts'

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

/** Looks at a page in light and dark, without a barrier that axe finds, and on a phone: nowhere it scrolls sideways. */
export async function inspect(page: Page, name: string): Promise<void> {
  // While it loads, or another one takes its place, there is none.
  await page.getByRole('heading', { level: 1 }).waitFor()
  const found: string[] = []
  for (const look of ['light', 'dark', 'phone'] as const) {
    await changeLook(page, look === 'phone' ? { isPhone: true } : { scheme: look })
    // Another width has few barriers of its own, which the tests of every page look for.
    if (look !== 'phone') found.push(...(await findBarriers(page)).map((barrier) => `${look}: ${barrier}`))
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

/** Drafts an invoice of one line, beginning on the page of billing. */
export async function draftInvoice(page: Page, customer: string, price: string): Promise<void> {
  await page.getByRole('link', { name: 'Draft an invoice' }).click()
  await page.getByLabel('Customer').fill(customer)
  const line = page.getByRole('group', { name: 'Line 1' })
  await line.getByLabel('Description').fill('Hosting, January')
  await line.getByLabel('Price, EUR').fill(price)
  await line.getByLabel('Tax, %').fill('23')
  await page.getByRole('button', { name: 'Save the draft' }).click()
  await page.getByRole('heading', { level: 1, name: `A draft for ${customer}` }).waitFor()
}

/** Takes a step with the invoice that is shown, and waits for what its page says then. */
export async function takeStep(page: Page, step: string, confirm: string, state: string): Promise<void> {
  await page.getByRole('button', { name: step }).click()
  await page.getByRole('dialog').getByRole('button', { name: confirm }).click()
  await page.getByRole('main').getByText(state).waitFor()
}

/** Brings somebody in on the page of members; who has an account is there at once. */
export async function bringIn(page: Page, email: string, role: string): Promise<void> {
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: /^Invite somebody/ })
  await dialog.getByLabel('Email').fill(email)
  await dialog.getByRole('radio', { name: new RegExp(`^${role}`) }).click()
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** Gives somebody another role in the list of members. */
export async function giveRole(page: Page, name: string, from: string, to: string): Promise<void> {
  await page.getByRole('button', { name: `Role of ${name}: ${from}. Change` }).click()
  await page.getByRole('menuitemradio', { name: to }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Change to ${to}` })
    .click()
  await page.getByRole('button', { name: `Role of ${name}: ${to}. Change` }).waitFor()
}

/** Does something with somebody by their menu in the list of members, and confirms it. */
export async function actOn(page: Page, name: string, action: string, confirm: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
  await page.getByRole('dialog').getByRole('button', { name: confirm }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

/** Adds an application, renames it to `name`, and ends on its page. */
export async function buildApplication(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add an application' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill(`Draft of ${name}`)
  await page.getByRole('dialog').getByLabel('Description').fill('What customers see.')
  await page.getByRole('button', { name: 'Add the application' }).click()
  await page.getByRole('heading', { level: 1, name: `Draft of ${name}` }).waitFor()
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.getByRole('dialog').getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
}

/** Deletes the application that is shown. */
export async function deleteApplication(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('dialog').getByLabel(`Type “${name}” to confirm`).fill(name)
  await page.getByRole('button', { name: 'Delete the application' }).click()
  await page.getByRole('heading', { level: 1, name: 'Applications' }).waitFor()
}
