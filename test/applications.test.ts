import { expect } from 'chai'
import { anApplication, applicationsOf } from './rig/applications.ts'
import { type Answer, anOrganisation } from './rig/people.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const namesOf = ({ body }: Answer) => body.data.map(({ name }: { name: string }) => name)

describe('adding an application', () => {
  it('shows it to all who may see applications, by name, and to nobody else', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer')
    const accounting = await acme.add('accounting')
    const made = await anApplication(acme, { by: developer, name: 'Website', description: 'What customers see.' })
    await anApplication(acme, { name: 'api' })
    const { path, ...application } = made
    expect(application).to.deep.include({ organisation: acme.id, name: 'Website', description: 'What customers see.' })
    for (const reader of [acme.admin, developer]) {
      expect(namesOf(await reader.api('GET', applicationsOf(acme)))).to.deep.equal(['api', 'Website'])
      expect((await reader.api('GET', path)).body).to.deep.equal(application)
    }
    expect(told(await accounting.api('GET', applicationsOf(acme)))).to.deep.equal([403, 'forbidden'])
    expect(told(await accounting.api('GET', path))).to.deep.equal([403, 'forbidden'])
  })

  it('E16 E17 refuses a name that looks like one in use here, also of many at the same time, and not elsewhere', async () => {
    const acme = await anOrganisation()
    await anApplication(acme, { name: 'Website' })
    for (const name of ['website', ' WEBSITE ', 'Wеbsite']) {
      const again = await acme.admin.api('POST', applicationsOf(acme), { name })
      expect(told(again), name).to.deep.equal([409, 'application_name_taken'])
    }
    const many = await Promise.all(
      Array.from({ length: 10 }, () => acme.admin.api('POST', applicationsOf(acme), { name: 'Twin' })),
    )
    expect(many.filter(({ status }) => status === 201)).to.have.lengthOf(1)
    expect(many.filter(({ body }) => body.code === 'application_name_taken')).to.have.lengthOf(9)
    await anApplication(await anOrganisation(), { name: 'Website' })
  })

  it('refuses names that show nothing or turn the direction of writing', async () => {
    const acme = await anOrganisation()
    for (const name of ['', '   ', '\u200b', 'a\u202eb', 'two\nlines', 'x'.repeat(65)]) {
      const { status } = await acme.admin.api('POST', applicationsOf(acme), { name })
      expect(status, JSON.stringify(name)).to.equal(400)
    }
  })

  it('E10 knows nothing of the applications of another organisation', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const { id } = await anApplication(other)
    const foreign = await acme.admin.api('GET', `${applicationsOf(acme)}/${id}`)
    const none = await acme.admin.api('GET', `${applicationsOf(acme)}/app_none`)
    expect([foreign.status, foreign.text]).to.deep.equal([404, none.text])
    for (const method of ['PATCH', 'DELETE']) {
      const { status } = await acme.admin.api(
        method,
        `${applicationsOf(acme)}/${id}`,
        method === 'PATCH' ? {} : undefined,
      )
      expect(status, method).to.equal(404)
    }
  })
})

describe('the list of applications', () => {
  it('finds by how the words of name and description begin, and goes on where a page ended', async () => {
    const acme = await anOrganisation()
    for (const [name, description] of [
      ['Website', 'The shop window'],
      ['Webhooks', 'Receiver of events'],
      ['Shop', 'Orders and payments'],
      ['Café', 'Menus'],
    ] as const) {
      await anApplication(acme, { name, description })
    }
    const find = async (q: string) =>
      namesOf(await acme.admin.api('GET', `${applicationsOf(acme)}?q=${encodeURIComponent(q)}`))
    expect(await find('web')).to.deep.equal(['Webhooks', 'Website'])
    expect(await find('SHOP win')).to.deep.equal(['Website'])
    expect(await find('cafe')).to.deep.equal(['Café'])
    expect(await find('payments shop')).to.deep.equal(['Shop'])
    expect(await find('nothing')).to.deep.equal([])
    expect(await find('…')).to.deep.equal([])
    const first = await acme.admin.api('GET', `${applicationsOf(acme)}?limit=2`)
    const second = await acme.admin.api('GET', `${applicationsOf(acme)}?limit=2&after=${first.body.next}`)
    expect([...namesOf(first), ...namesOf(second)]).to.deep.equal(['Café', 'Shop', 'Webhooks', 'Website'])
    const astray = await acme.admin.api('GET', `${applicationsOf(acme)}?q=web&after=${first.body.next}`)
    expect(told(astray)).to.deep.equal([400, 'invalid_cursor'])
  })
})

describe('changing an application', () => {
  it('says before and after, and nothing where nothing is changed', async () => {
    const acme = await anOrganisation()
    const { path, id } = await anApplication(acme, { name: 'Website' })
    const renamed = await acme.admin.api('PATCH', path, { name: ' Shop ', description: 'Orders' })
    expect(renamed.body).to.deep.include({ id, name: 'Shop', description: 'Orders' })
    const same = await acme.admin.api('PATCH', path, { name: 'Shop' })
    expect(same.headers.get('Rolecall-Seq')).to.equal(renamed.headers.get('Rolecall-Seq'))
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/events?type=application.updated`)
    expect(body.data.map(({ data }: { data: unknown }) => data)).to.deep.equal([
      {
        application: { id, name: 'Shop' },
        before: { name: 'Website', description: '' },
        after: { name: 'Shop', description: 'Orders' },
      },
    ])
    expect(namesOf(await acme.admin.api('GET', `${applicationsOf(acme)}?q=web`))).to.deep.equal([])
    await anApplication(acme, { name: 'Website' })
    expect(told(await acme.admin.api('PATCH', path, { name: 'website' }))).to.deep.equal([
      409,
      'application_name_taken',
    ])
  })

  it('is for those who may: a Developer adds and neither renames nor deletes', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer')
    const { path } = await anApplication(acme, { by: developer })
    expect(told(await developer.api('PATCH', path, { name: 'Mine' }))).to.deep.equal([403, 'forbidden'])
    expect(told(await developer.api('DELETE', path))).to.deep.equal([403, 'forbidden'])
    const manager = await acme.add('manager')
    expect((await manager.api('DELETE', path)).status).to.equal(204)
    expect(told(await developer.api('GET', path))).to.deep.equal([404, 'not_found'])
  })

  it('E45 rests with its organisation and comes back with it', async () => {
    const acme = await anOrganisation()
    const { path, id } = await anApplication(acme)
    await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    expect(told(await acme.admin.api('GET', path))).to.deep.equal([404, 'not_found'])
    await acme.admin.api('POST', `/organisations/${acme.id}/restore`)
    expect((await acme.admin.api('GET', path)).body.id).to.equal(id)
  })
})
