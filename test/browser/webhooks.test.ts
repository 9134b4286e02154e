import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { Webhook } from 'standardwebhooks'
import { checkPages, findBarriers, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { marked } from '../rig/marked.ts'
import { anOrganisation, type Person, type TestOrganisation } from '../rig/people.ts'
import { aReceiver } from '../rig/receiver.ts'

/** Adds an endpoint over the API. */
async function anEndpoint({ id }: TestOrganisation, by: Person, chosen: object): Promise<string> {
  const { status, text, body } = await by.api('POST', `/organisations/${id}/webhooks`, chosen)
  if (status !== 201) throw new Error(`adding an endpoint was answered ${status}: ${text}`)
  return body.id
}

const rowOf = (page: Page, url: string) =>
  page.getByRole('list', { name: 'Endpoints' }).getByRole('listitem').filter({ hasText: url })

async function choose(page: Page, url: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${url}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

describe('webhooks in a browser', () => {
  afterEach(checkPages)

  it('adds an endpoint, shows its secret this once, and has a test event delivered', async function () {
    const { admin, id } = await anOrganisation()
    const receiver = await aReceiver()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/members`)
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.getByRole('heading', { name: 'No endpoints yet' }).waitFor()
    await page.getByRole('link', { name: 'Add an endpoint' }).click()
    await page.getByRole('textbox', { name: 'URL' }).fill(receiver.url)
    await page.getByRole('checkbox', { name: /^Everything/ }).uncheck()
    await page.getByRole('checkbox', { name: 'Members member.*' }).check()
    await page.getByRole('button', { name: 'Members: 6 of 6 types' }).waitFor()
    await page.getByRole('button', { name: 'Roles: 0 of 3 types' }).click()
    await page.getByRole('checkbox', { name: /role\.created$/ }).check()
    await page.getByRole('radio', { name: 'One after the other' }).check()
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    const secret = await page.getByRole('textbox', { name: 'Signing secret' }).inputValue()
    expect(await findBarriers(page)).to.deep.equal([])
    await keepPicture(page, 'webhook-secret')
    await page.getByRole('link', { name: 'Go to the endpoint' }).click()
    await page.getByRole('heading', { name: 'Nothing was delivered yet' }).waitFor()
    expect(await page.content()).not.to.contain('whsec_')

    await page.getByRole('button', { name: 'Send a test event' }).click()
    const { body, headers } = await receiver.next()
    const event: unknown = new Webhook(secret).verify(body, headers as Record<string, string>)
    expect(event).to.include({ type: 'webhook.tested' })
    await page.getByRole('link', { name: /Delivered.*webhook\.tested.*Taken: 204/ }).waitFor()
    const { data } = (await admin.api('GET', `/organisations/${id}/webhooks`)).body
    expect(data[0]).to.deep.include({ types: ['member.*', 'role.created'], ordered: true })
  })

  it('says beside the field what is wrong with an address, and keeps what was typed', async function () {
    const { admin, id } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/webhooks/new`)
    await page.getByRole('textbox', { name: 'URL' }).fill('http://169.254.169.254/latest/meta-data')
    await page.getByRole('textbox', { name: 'Description' }).fill('Nothing good')
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    await page.locator('input[type=url][aria-invalid=true]:focus').waitFor()
    expect(await page.getByRole('textbox', { name: 'Description' }).inputValue()).to.equal('Nothing good')
    await keepPicture(page, 'webhook-refused')
  })

  it('shows what others do to an endpoint as they do it', async function () {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    const { id, admin, add } = organisation
    const manager = await add('manager', { name: 'Grace Hopper' })
    const receiver = await aReceiver()
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, manager)])
    await Promise.all([hers.goto(`/o/${id}/webhooks`), theirs.goto(`/o/${id}/webhooks`)])
    await theirs.getByRole('heading', { name: 'No endpoints yet' }).waitFor()

    const endpoint = await marked(theirs, receiver.url, 'added by Ada Lovelace, just now', () =>
      anEndpoint(organisation, admin, { url: receiver.url, description: 'A mirror' }),
    )
    await rowOf(theirs, receiver.url).getByText('Enabled').waitFor()
    await marked(theirs, receiver.url, 'paused by Ada Lovelace, just now', () => choose(hers, receiver.url, 'Pause'))
    await rowOf(theirs, receiver.url).getByText('Paused', { exact: true }).waitFor()
    await rowOf(theirs, receiver.url).getByText('A mirror').waitFor()

    await hers.goto(`/o/${id}/webhooks/${endpoint}/edit`)
    await hers.getByRole('textbox', { name: 'Description' }).fill('Another mirror')
    await hers.getByRole('button', { name: 'Save changes' }).click()
    await hers.getByText('Ada Lovelace paused it').waitFor()
    await rowOf(theirs, receiver.url).getByText('Another mirror').waitFor()
    await hers.getByRole('button', { name: 'Resume' }).click()
    await rowOf(theirs, receiver.url).getByText('Enabled').waitFor()

    await choose(hers, receiver.url, 'Delete…')
    await hers.getByRole('dialog').getByRole('button', { name: 'Delete the endpoint' }).click()
    await hers.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor()
    await theirs.getByRole('heading', { name: 'No endpoints yet' }).waitFor()
    await theirs.goto(`/o/${id}/webhooks/${endpoint}`)
    await theirs.getByRole('heading', { name: 'There is no such endpoint or delivery, or not any more' }).waitFor()
    await theirs.goto(`/o/${id}/activity`)
    await theirs.getByText(`Ada Lovelace deleted the webhook endpoint ${receiver.url}`).waitFor()
  })

  it('E43 names what rests when its owner is demoted, and goes on without loss once somebody adopts it', async function () {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    const { id, admin, add } = organisation
    const manager = await add('manager', { name: 'Grace Hopper' })
    const receiver = await aReceiver()
    const endpoint = await anEndpoint(organisation, manager, { url: receiver.url, types: ['role.*'] })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, manager)])
    await theirs.goto(`/o/${id}/webhooks/${endpoint}`)
    await theirs.getByRole('heading', { name: 'Deliveries' }).waitFor()
    await hers.goto(`/o/${id}/members`)
    await hers.getByRole('button', { name: 'Role of Grace Hopper: Manager. Change' }).click()
    await hers.getByRole('menuitemradio', { name: 'Developer' }).click()
    const dialog = hers.getByRole('dialog')
    await dialog.getByText(`A webhook endpoint that Grace Hopper owns will rest until`).waitFor()
    await keepPicture(hers, 'webhook-owner-demoted')
    await dialog.getByRole('button', { name: 'Change to Developer' }).click()
    await theirs.getByRole('heading', { level: 1, name: 'Applications' }).waitFor()
    expect(await theirs.getByText(receiver.url).count(), 'for who may see it no longer').to.equal(0)

    await hers.goto(`/o/${id}/webhooks`)
    await rowOf(hers, receiver.url).getByText('Owner lost').waitFor()
    const created = await admin.api('POST', `/organisations/${id}/roles`, { name: 'Support', permissions: [] })
    await rowOf(hers, receiver.url).getByRole('link').click()
    await hers.getByText('Grace Hopper may manage webhooks no longer, so it was paused').waitFor()
    expect(await findBarriers(hers)).to.deep.equal([])
    await keepPicture(hers, 'webhook-owner-lost')
    await hers.getByRole('button', { name: 'Adopt…' }).click()
    await hers.getByRole('dialog').getByText('It goes on where it stopped').waitFor()
    await keepPicture(hers, 'webhook-adopt')
    await hers.getByRole('dialog').getByRole('button', { name: 'Adopt' }).click()
    await hers.getByText('It gets what you may see.').waitFor()
    const { body } = await receiver.next()
    expect(JSON.parse(body))
      .to.include({ type: 'role.created' })
      .and.to.have.nested.property('data.role.id', created.body.id)
    await hers.getByRole('link', { name: /Delivered.*role\.created/ }).waitFor()
  })

  it('says why one may not direct an endpoint whose owner may see more', async function () {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    const { id, admin, add } = organisation
    const manager = await add('manager')
    const receiver = await aReceiver()
    const endpoint = await anEndpoint(organisation, admin, { url: receiver.url })
    const page = await openBrowser(this)
    await signIn(page, manager)
    await page.goto(`/o/${id}/webhooks/${endpoint}`)
    await page.getByRole('button', { name: 'Send a test event', disabled: true }).waitFor()
    await page.getByRole('button', { name: `Actions for ${receiver.url}` }).click()
    const replay = page.getByRole('menuitem', { name: 'Replay…' })
    expect(await replay.getAttribute('aria-disabled')).to.equal('true')
    await replay.hover()
    await page.getByText('Ada Lovelace owns it and may see more than you. Adopt it first.').waitFor()
    await keepPicture(page, 'webhook-why-not')
    await page.getByRole('menuitem', { name: 'Edit…' }).click()
    expect(await page.getByRole('textbox', { name: 'URL' }).isDisabled()).to.equal(true)
    await page.getByText('Ada Lovelace owns it. Adopt it first.').waitFor()
  })

  it('asks the server where one may not see who holds which role', async function () {
    const organisation = await anOrganisation()
    const { id, admin, add } = organisation
    const role = await admin.api('POST', `/organisations/${id}/roles`, {
      name: 'Hooks',
      permissions: ['webhook:manage'],
    })
    const member = await add('developer')
    await admin.api('PATCH', `/organisations/${id}/members/${member.member}`, { role: role.body.id })
    const receiver = await aReceiver()
    const endpoint = await anEndpoint(organisation, admin, { url: receiver.url })
    const page = await openBrowser(this)
    await signIn(page, member)
    await page.goto(`/o/${id}/webhooks/${endpoint}`)
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await page.getByRole('alert').getByText('Its owner may see what you may not. Adopt it first').waitFor()
  })

  it('is for those who manage webhooks alone', async function () {
    const { id, add } = await anOrganisation()
    const developer = await add('developer')
    const page = await openBrowser(this)
    await signIn(page, developer)
    await page.goto(`/o/${id}/webhooks`)
    await page.getByRole('heading', { name: 'Your role does not open this page' }).waitFor()
    expect(await page.getByRole('link', { name: 'Webhooks' }).count()).to.equal(0)
  })

  it('explains every event with its schema and an example of what is posted', async function () {
    const organisation = await anOrganisation()
    const { id, admin } = organisation
    const receiver = await aReceiver()
    const endpoint = await anEndpoint(organisation, admin, { url: receiver.url })
    await admin.api('POST', `/organisations/${id}/webhooks/${endpoint}/test`)
    const { body } = await receiver.next()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/webhooks/events#member.role_changed`)
    const example = page.getByRole('region', { name: 'Example of member.role_changed' })
    const posted = JSON.parse((await example.textContent()) ?? '')
    expect(Object.keys(posted)).to.deep.equal(Object.keys(JSON.parse(body)))
    expect(posted.data).to.have.all.keys('member', 'before', 'after')
    await page.getByRole('table', { name: 'Data of member.role_changed' }).getByText('member.account.name').waitFor()
    await page.getByRole('textbox', { name: 'Find an event' }).fill('secret')
    await page.getByRole('button', { name: /^webhook\.secret_rotated/ }).click()
    await page.getByRole('region', { name: 'Example of webhook.secret_rotated' }).waitFor()
    expect(await page.getByRole('button', { name: /^member\./ }).count()).to.equal(0)
    await page.waitForURL(({ hash }) => hash === '#webhook.secret_rotated')
  })
})
