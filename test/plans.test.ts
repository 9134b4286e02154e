import { type Feature, type Operation, operations } from '@rolecall/contract'
import { expect } from 'chai'
import { fillEvents, fillMembers } from '../bench/large-organisation.ts'
import { anOrganisation, type TestOrganisation } from './rig/people.ts'
import { type Explained, type PlanWatch, watchPlans } from './rig/plans.ts'
import { fillDeliveries, made } from './rig/webhooks.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const members = isLong ? 100_000 : 2_000
const events = isLong ? 1_000_000 : 5_000

/** A page of 50, what decides whether a search finds few, and what is looked at besides. */
const pageBound = 200
const searchBound = 500

/** Collections that hold one document for each node or key, and are read whole. */
const small = ['signing_keys', 'pulses', 'meta']

describe(`with ${members} members and ${events} events`, () => {
  let watch: PlanWatch
  let acme: TestOrganisation
  let webhook: { readonly id: string; readonly path: string }

  before(async function () {
    this.timeout(isLong ? 1_800_000 : 300_000)
    watch = await watchPlans()
    acme = await anOrganisation({ url: watch.server.url })
    await fillMembers(watch.server.app.connection, acme.id, members)
    await fillEvents(watch.server.app.connection, acme.id, events)
    webhook = await made(acme, { enabled: false })
    await fillDeliveries(watch.server, { webhook: webhook.id, organisation: acme.id, count: events })
    await watch.explain()
  })

  async function plansOf(method: string, path: string, body?: object, by = acme.admin): Promise<Explained[]> {
    await watch.explain()
    const { status, text } = await by.api(method, path, body)
    expect(status, text).to.be.lessThan(300)
    const explained = await watch.explain()
    const scans = explained.filter(({ index, collection }) => index === 'COLLSCAN' && !small.includes(collection))
    expect(scans, `${method} ${path}`).to.deep.equal([])
    return explained
  }

  const lists = (Object.keys(operations) as Feature[]).flatMap((feature) =>
    Object.entries<Operation>(operations[feature]).filter(([, { list }]) => list === true),
  )
  for (const [, { method, path }] of lists) {
    it(`${method} ${path} reads a page from an index`, async () => {
      const plans = await plansOf(method, path.replace('{organisation}', acme.id).replace('{webhook}', webhook.id))
      for (const { index, examined } of plans) expect(examined, index).to.be.at.most(pageBound)
    })
  }

  const common = ['q=example', 'q=turing', 'q=ada%20lov', 'q=person&role=developer', 'q=olga&role=accounting']
  const filters = [
    '',
    'role=developer',
    'role=accounting',
    'status=active',
    'status=suspended',
    `q=person-${members - 7}`,
    ...common,
  ]
  for (const sort of ['since', 'name', 'role']) {
    for (const order of ['asc', 'desc']) {
      it(`members sorted by ${sort} ${order} are read from an index, page after page, whatever is looked for`, async function () {
        this.timeout(300_000)
        for (const filter of filters) {
          const path = `/organisations/${acme.id}/members?sort=${sort}&order=${order}&${filter}`
          const first = await acme.admin.api('GET', path)
          const pages = [path, ...(first.body.next === undefined ? [] : [`${path}&after=${first.body.next}`])]
          for (const page of pages) {
            const plans = await plansOf('GET', page)
            // A page of what many have is met on the way through them all: by name perhaps at its end, since what is
            // looked for decides where in this order it stands.
            const onTheWay = !common.includes(filter) ? 0 : sort === 'name' ? members : members / 10
            const bound = filter.startsWith('q=') ? searchBound + pageBound + onTheWay : pageBound
            for (const { index, examined } of plans) expect(examined, `${page}: ${index}`).to.be.at.most(bound)
          }
        }
      })
    }
  }

  it('events are read from an index, also where few of them are asked for or may be seen', async () => {
    const developer = await acme.add('developer')
    const path = `/organisations/${acme.id}/events`
    const actor = acme.admin.account.id
    const member = `mem_${'7'.padStart(26, '0')}`
    for (const query of [
      'type=organisation.renamed',
      `actor=${actor}`,
      `actor=${actor}&type=member.added`,
      'type=none.such',
      'type=organisation.*',
      `subject=${member}`,
      `subject=${member}&type=member.*`,
      'since=2100-01-01T00:00:00Z',
      'until=2000-01-01T00:00:00Z',
    ]) {
      const plans = await plansOf('GET', `${path}?${query}`)
      // An index over arrays gives no order on the embedded engine: all of one subject is looked at.
      const bound = query.startsWith('subject=') ? Math.max(pageBound, events / 1_000) : pageBound
      for (const { index, examined } of plans) expect(examined, `${query}: ${index}`).to.be.at.most(bound)
    }
    const plans = await plansOf('GET', path, undefined, developer)
    for (const { index, examined } of plans) expect(examined, index).to.be.at.most(pageBound)
    const seen = await developer.api('GET', path)
    expect(seen.body.data.length).to.be.greaterThan(1)
    expect(new Set(seen.body.data.map((event: { audience: string }) => event.audience))).to.deep.equal(
      new Set(['organisation:read']),
    )
  })

  it('deliveries are read from an index, also where few of them are asked for or may be seen', async () => {
    const { body: role } = await acme.admin.api('POST', `/organisations/${acme.id}/roles`, {
      name: 'Keepers',
      permissions: ['webhook:manage'],
    })
    const keeper = await acme.add(role.id)
    const path = `${webhook.path}/deliveries`
    for (const by of [acme.admin, keeper]) {
      for (const query of [
        '',
        'status=delivered',
        'status=exhausted',
        'status=retrying',
        'type=member.*',
        'type=role.*',
      ]) {
        const plans = await plansOf('GET', `${path}?${query}`, undefined, by)
        for (const { index, examined } of plans) expect(examined, `${query}: ${index}`).to.be.at.most(pageBound + 100)
      }
    }
    const seen = await keeper.api('GET', `${path}?limit=200`)
    expect(seen.body.data.map(({ event }: { event: { type: string } }) => event.type)).to.deep.equal(
      Array.from({ length: 200 }, () => 'organisation.described'),
    )
  })

  it('changes of webhooks look for what they change in an index', async () => {
    const { body } = await acme.admin.api('GET', `${webhook.path}/deliveries?limit=1`)
    const [delivery] = body.data
    await plansOf('PATCH', webhook.path, { description: 'Another' })
    await plansOf('PATCH', webhook.path, { enabled: true })
    await plansOf('POST', `${webhook.path}/deliveries/${delivery.id}/redeliver`)
    await plansOf('POST', `${webhook.path}/rotate-secret`, {})
    await plansOf('POST', `${webhook.path}/adopt`)
    await plansOf('PATCH', webhook.path, { enabled: false })
    for (const { index, examined } of await plansOf('POST', `${webhook.path}/replay`, {
      since: '2026-01-01T00:00:00Z',
    })) {
      expect(examined, index).to.be.at.most(pageBound)
    }
    const { path } = await made(acme, { enabled: false })
    await plansOf('DELETE', path)
    await plansOf('GET', `/organisations/${acme.id}/webhooks`)
  })

  it('changes look for what they change in an index', async () => {
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/members?limit=7&role=developer`)
    const [one, two, three, four, five, six] = body.data.map(({ id }: { id: string }) => id)
    const path = `/organisations/${acme.id}/members`
    await plansOf('PATCH', `${path}/${one}`, { role: 'manager' })
    await plansOf('POST', `${path}/${two}/suspend`)
    await plansOf('POST', `${path}/${two}/resume`)
    await plansOf('DELETE', `${path}/${three}`)
    await plansOf('POST', `${path}/batch`, { changes: [{ member: four, action: 'remove' }] })
    await plansOf('POST', `${path}/batch?dryRun=true`, { changes: [{ member: five, action: 'remove' }] })
    await plansOf('PATCH', '/account', { name: 'Another Name' })
    await plansOf('POST', `/organisations/${acme.id}/transfer`, { member: six })
  })
})
