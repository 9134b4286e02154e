import { fileURLToPath } from 'node:url'
import type * as Sdk from '@rolecall/sdk'
import { expect } from 'chai'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startBrowser } from '../rig/browser.ts'
import { unique } from '../rig/people.ts'
import { startServer, type TestServer } from '../rig/server.ts'

declare global {
  var sdk: typeof Sdk
  var rolecall: Sdk.Rolecall
  var signedOut: string[]
}

const entry = fileURLToPath(new URL('../../sdk/src/index.ts', import.meta.url))

describe('the SDK in the tabs of one browser', () => {
  let ahead = 0
  let browser: Browser
  let context: BrowserContext
  let server: TestServer
  let script: string

  before(async function () {
    const started = await startBrowser()
    if ('unavailable' in started) {
      console.log(`      ${started.unavailable}`)
      return this.skip()
    }
    browser = started.browser
    server = await startServer({ now: () => new Date(Date.now() + ahead) })
    const bundled = await build({
      entryPoints: [entry],
      bundle: true,
      format: 'iife',
      globalName: 'sdk',
      platform: 'browser',
      write: false,
    })
    script = bundled.outputFiles[0]?.text ?? ''
  })

  beforeEach(async () => {
    ahead = 0
    context = await browser.newContext()
    context.setDefaultTimeout(60_000)
    // A page of the server’s own origin, with nothing on it but the SDK.
    await context.route('**/tab.html', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<script src="/tab.js"></script>' }),
    )
    await context.route('**/tab.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }))
  })

  afterEach(() => context?.close())
  after(() => browser?.close())

  async function aTab(): Promise<Page> {
    const tab = await context.newPage()
    await tab.goto(`${server.url}/tab.html`)
    await tab.evaluate(() => {
      globalThis.rolecall = new sdk.Rolecall({ baseUrl: location.origin, cookie: true })
      globalThis.signedOut = []
      rolecall.onSignedOut((reason) => signedOut.push(reason))
    })
    return tab
  }

  const someone = () => ({
    name: unique('Tab'),
    email: `${unique('tab').replace(' ', '-')}@example.com`,
    password: 'correct horse battery',
  })

  const whoIs = (tab: Page) => tab.evaluate(async () => (await rolecall.restore())?.email)
  const reasons = (tab: Page) => tab.evaluate(() => signedOut)

  it('keeps no token where a script can read it, and finds the session after a reload', async () => {
    const tab = await aTab()
    const person = someone()
    await tab.evaluate((given) => rolecall.accounts.create(given).then(() => undefined), person)
    expect(await tab.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).to.deep.equal([
      '',
      0,
      0,
    ])
    await tab.close()
    expect(await whoIs(await aTab())).to.equal(person.email)
  })

  it('E25 renews the session in all tabs at the same moment without losing it', async () => {
    const first = await aTab()
    const person = someone()
    await first.evaluate((given) => rolecall.accounts.create(given).then(() => undefined), person)
    const tabs = [first, await aTab(), await aTab()]
    expect(await Promise.all(tabs.map(whoIs))).to.deep.equal([person.email, person.email, person.email])
    for (const round of [1, 2]) {
      ahead = round * 11 * 60_000
      const read = tabs.map((tab) =>
        tab.evaluate(async () => {
          const accounts = await Promise.all([1, 2, 3].map(() => rolecall.accounts.read()))
          return accounts.map(({ email }) => email)
        }),
      )
      const everyone = [person.email, person.email, person.email]
      expect(await Promise.all(read)).to.deep.equal([everyone, everyone, everyone])
    }
    expect(await Promise.all(tabs.map(reasons))).to.deep.equal([[], [], []])
  })

  it('signs all tabs out when one signs out, and ends what is live in them', async () => {
    const first = await aTab()
    const { organisation } = await first.evaluate((given) => rolecall.accounts.create(given), someone())
    const second = await aTab()
    await whoIs(second)
    await second.evaluate(async (id) => {
      await rolecall.live(id).ready
    }, organisation.id)
    await first.evaluate(() => rolecall.signOut())
    await second.waitForFunction(() => signedOut.length > 0)
    expect(await reasons(second)).to.deep.equal(['signed_out'])
    expect(await second.evaluate((id) => rolecall.live(id).status.state, organisation.id)).to.equal('connecting')
    expect(await second.evaluate(() => rolecall.accounts.read().catch((error) => error.code))).to.equal(
      'unauthenticated',
    )
    expect(await whoIs(await aTab())).to.equal(undefined)
  })

  it('hears live over a WebSocket', async () => {
    const tab = await aTab()
    const { organisation } = await tab.evaluate((given) => rolecall.accounts.create(given), someone())
    const sockets: string[] = []
    tab.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname))
    const name = unique('Renamed')
    const heard = await tab.evaluate(
      async ([id, next]) => {
        const live = rolecall.live(id)
        await live.ready
        const renamed = new Promise<string>((resolve) => {
          live.on('organisation.renamed', ({ data }) => resolve(data.after.name))
        })
        await rolecall.organisations.update({ organisation: id, name: next })
        return renamed
      },
      [organisation.id, name] as const,
    )
    expect(heard).to.equal(name)
    expect(sockets).to.deep.equal(['/socket.io/'])
  })
})
