import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { aKey } from '../rig/api-keys.ts'
import { anApplication } from '../rig/applications.ts'
import { aDraft } from '../rig/billing.ts'
import { checkPages, openBrowser, signIn } from '../rig/dashboard.ts'
import { hold } from '../rig/held.ts'
import { anAddress } from '../rig/invite.ts'
import { anOrganisation, defaultPassword, type TestOrganisation, unique } from '../rig/people.ts'

/** A form that stays: what is typed into it at first, and what while that is still on its way. */
interface Staying {
  readonly page: string
  readonly sends: readonly [method: string, path: string]
  readonly first: Readonly<Record<string, string>>
  readonly button: string
  readonly region: string
  readonly meanwhile: readonly [label: string, text: string]
}

const stayingOf = ({ id }: TestOrganisation): Readonly<Record<string, Staying>> => ({
  'one’s name': {
    page: '/account',
    sends: ['PATCH', '/account'],
    region: 'Name',
    first: { Name: 'Grace Hopper' },
    button: 'Change name',
    meanwhile: ['Name', 'Grace Brewster Hopper'],
  },
  'one’s email': {
    page: '/account',
    sends: ['POST', '/account/email'],
    region: 'Change your email',
    first: { 'New email': anAddress(), 'Your password': defaultPassword },
    button: 'Change email',
    meanwhile: ['New email', anAddress()],
  },
  'one’s password': {
    page: '/account',
    sends: ['POST', '/account/password'],
    region: 'Password',
    first: { 'Present password': defaultPassword, 'New password': 'another fine password' },
    button: 'Change password',
    meanwhile: ['New password', 'yet another password'],
  },
  'the organisation’s name': {
    page: `/o/${id}/settings`,
    sends: ['PATCH', `/organisations/${id}`],
    region: 'Name',
    first: { Name: unique('Sent') },
    button: 'Rename',
    meanwhile: ['Name', 'Typed meanwhile'],
  },
  'its description': {
    page: `/o/${id}/settings`,
    sends: ['PATCH', `/organisations/${id}`],
    region: 'Description',
    first: { Description: 'Makes rockets.' },
    button: 'Save',
    meanwhile: ['Description', 'Makes rockets and anvils.'],
  },
  'its billing details': {
    page: `/o/${id}/billing/details`,
    sends: ['PUT', `/organisations/${id}/billing`],
    region: 'On invoices',
    first: { 'Legal name': 'Acme Ltd' },
    button: 'Save',
    meanwhile: ['Address', '1 Main Street'],
  },
  'its own permissions': {
    page: `/o/${id}/roles`,
    sends: ['PUT', `/organisations/${id}/own-permissions`],
    region: 'Permissions of your own',
    first: { Name: 'report:approve' },
    button: 'Declare',
    meanwhile: ['What it lets one do', 'Approve reports'],
  },
})

const note = (page: Page, words: string) => page.getByRole('main').getByRole('alert').filter({ hasText: words })

describe('forms of the dashboard', () => {
  afterEach(checkPages)

  for (const name of Object.keys(stayingOf({ id: '' } as TestOrganisation))) {
    it(`keep what is typed while the former value is on its way: ${name}`, async function () {
      const organisation = await anOrganisation({ name: 'Ada Lovelace' })
      const form = stayingOf(organisation)[name]
      if (form === undefined) throw new Error(`there is no form of ${name}`)
      const page = await openBrowser(this)
      await signIn(page, organisation.admin)
      await page.goto(form.page)
      const region = page.getByRole('region', { name: form.region, exact: true })
      if (name === 'its own permissions') await region.getByRole('button', { name: 'Add a permission' }).click()
      for (const [label, text] of Object.entries(form.first)) await region.getByLabel(label, { exact: true }).fill(text)
      const held = await hold(page, ...form.sends)
      const button = region.getByRole('button', { name: form.button, exact: true })
      await button.click()
      await held.asked
      const [label, text] = form.meanwhile
      await region.getByLabel(label, { exact: true }).fill(text)
      const answered = page.waitForResponse((response) => response.request().method() === form.sends[0])
      held.letGo()
      expect((await answered).ok()).to.equal(true)
      // The button waits for the answer to be taken in.
      await page.waitForFunction((one) => !one?.hasAttribute('data-loading'), await button.elementHandle())
      expect(await region.getByLabel(label, { exact: true }).inputValue()).to.equal(text)
      expect(await button.isDisabled(), 'it can be saved too').to.equal(false)
      expect(await note(page, 'changed').count(), 'what the form itself saved').to.equal(0)
    })
  }

  const editors: Readonly<
    Record<
      string,
      (acme: TestOrganisation) => Promise<readonly [page: string, change: () => Promise<unknown>, open?: string]>
    >
  > = {
    draft: async (acme) => {
      const { id, path } = await aDraft(acme)
      return [`/o/${acme.id}/billing/${id}/edit`, () => acme.admin.api('PATCH', path, { note: 'Elsewhere.' })]
    },
    role: async ({ id, admin }) => {
      const path = `/organisations/${id}/roles`
      const { body } = await admin.api('POST', path, { name: 'Support', permissions: [] })
      return [
        `/o/${id}/roles/${body.id}`,
        () => admin.api('PATCH', `${path}/${body.id}`, { description: 'Elsewhere.' }),
      ]
    },
    endpoint: async ({ id, admin }) => {
      const path = `/organisations/${id}/webhooks`
      const { body } = await admin.api('POST', path, { url: 'https://hooks.example.com/', enabled: false })
      const change = () => admin.api('PATCH', `${path}/${body.id}`, { description: 'Elsewhere.' })
      return [`/o/${id}/webhooks/${body.id}/edit`, change]
    },
    details: async ({ id, admin }) => [
      `/o/${id}/billing/details`,
      () => admin.api('PUT', `/organisations/${id}/billing`, { legalName: 'Elsewhere Ltd', currency: 'EUR' }),
    ],
    application: async (acme) => {
      const { id } = await anApplication(acme)
      const change = () =>
        acme.admin.api('PATCH', `/organisations/${acme.id}/applications/${id}`, { description: 'Elsewhere.' })
      return [`/o/${acme.id}/applications/${id}`, change, 'Edit']
    },
    key: async (acme) => {
      const { id } = await aKey(acme, { name: 'Deployments' })
      const change = () => acme.admin.api('PATCH', `/organisations/${acme.id}/api-keys/${id}`, { name: 'Elsewhere' })
      return [`/o/${acme.id}/api-keys`, change, 'Actions for Deployments']
    },
  }

  for (const [name, prepare] of Object.entries(editors)) {
    it(`tell of a change that one made oneself elsewhere: ${name}`, async function () {
      const acme = await anOrganisation({ name: 'Ada Lovelace' })
      const [path, change, open] = await prepare(acme)
      const page = await openBrowser(this)
      await signIn(page, acme.admin)
      await page.goto(path)
      if (open !== undefined) await page.getByRole('button', { name: open }).click()
      if (name === 'key') await page.getByRole('menuitem', { name: 'Change…' }).click()
      await page.getByRole('button', { name: /^Save/ }).waitFor()
      await change()
      await page.getByRole('alert').filter({ hasText: 'Elsewhere, you changed th' }).waitFor()
    })
  }

  it('tell of a change that no event told, after a gap', async function () {
    const acme = await anOrganisation()
    const draft = await aDraft(acme)
    const page = await openBrowser(this)
    // What a server says that cannot tell what was missed.
    const resync = `42${JSON.stringify(['resync', { organisation: acme.id, reason: 'cursor_invalid' }])}`
    await page.routeWebSocket(/socket|live/, (socket) => {
      const server = socket.connectToServer()
      server.onMessage((message) => socket.send(String(message).includes('"invoice.updated"') ? resync : message))
    })
    await signIn(page, acme.admin)
    await page.goto(`/o/${acme.id}/billing/${draft.id}/edit`)
    await page.getByLabel('Note').fill('Thank you.')
    await acme.admin.api('PATCH', draft.path, { note: 'By somebody.' })
    await note(page, 'Somebody changed this draft just now.').waitFor()
    expect(await page.getByLabel('Note').inputValue()).to.equal('Thank you.')
    await page.getByRole('button', { name: 'Save the draft' }).click()
    await page.getByText('Thank you.').waitFor()
  })
})
