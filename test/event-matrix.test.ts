import { builtInRoleIds, type EventType, holds, permissionsOf } from '@rolecall/contract'
import { eventDefinitions } from '@rolecall/contract/schemas'
import { expect } from 'chai'
import { aKey, apiKeysOf, expire as expireKey } from './rig/api-keys.ts'
import { anApplication } from './rig/applications.ts'
import { aDraft, anOpenInvoice, invoicesOf } from './rig/billing.ts'
import { needsGit, push } from './rig/git.ts'
import { accept, decline, expire, invitationsOf, invite } from './rig/invite.ts'
import { connectLive, eventAt, type LiveClient } from './rig/live.ts'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation, unique } from './rig/people.ts'
import { aGoneWebhook, anywhere, aWebhook, webhooksOf } from './rig/webhooks.ts'

type OrganisationEvent = {
  [Type in EventType]: (typeof eventDefinitions)[Type]['audience'] extends 'self' ? never : Type
}[EventType]

interface Scene {
  readonly organisation: TestOrganisation
  /** A Developer who watches nothing. */
  readonly subject: Person & { readonly member: string }
  readonly stranger: Person
}

/** Makes each event happen, while somebody of every role looks on. A new event does not compile until it has one. */
const makers: Readonly<Record<Exclude<OrganisationEvent, 'organisation.created'>, (scene: Scene) => Promise<Answer>>> =
  {
    'organisation.renamed': ({ organisation: { admin, id } }) =>
      admin.api('PATCH', `/organisations/${id}`, { name: unique('Renamed') }),
    'organisation.described': ({ organisation: { admin, id } }) =>
      admin.api('PATCH', `/organisations/${id}`, { description: 'We make things.' }),
    'organisation.settings_changed': ({ organisation: { admin, id } }) =>
      admin.api('PATCH', `/organisations/${id}`, { developersSeeMembers: true }),
    'organisation.restored': async ({ organisation: { admin, id } }) => {
      await admin.api('DELETE', `/organisations/${id}`)
      return admin.api('POST', `/organisations/${id}/restore`)
    },
    'organisation.deleted': ({ organisation: { admin, id } }) => admin.api('DELETE', `/organisations/${id}`),
    'member.added': ({ organisation: { admin, id }, stranger }) =>
      admin.api('POST', `/organisations/${id}/members`, { email: stranger.email, role: 'developer' }),
    'member.role_changed': ({ organisation: { admin, id }, subject }) =>
      admin.api('PATCH', `/organisations/${id}/members/${subject.member}`, { role: 'accounting' }),
    'member.suspended': ({ organisation: { admin, id }, subject }) =>
      admin.api('POST', `/organisations/${id}/members/${subject.member}/suspend`),
    'member.resumed': async ({ organisation: { admin, id }, subject }) => {
      await admin.api('POST', `/organisations/${id}/members/${subject.member}/suspend`)
      return admin.api('POST', `/organisations/${id}/members/${subject.member}/resume`)
    },
    'invitation.created': ({ organisation: { admin, id }, stranger }) =>
      admin.api('POST', `/organisations/${id}/invitations`, { email: stranger.email, role: 'developer' }),
    'invitation.resent': async ({ organisation }) => {
      const { invitation } = await invite(organisation)
      return organisation.admin.api('POST', `${invitationsOf(organisation, invitation.id)}/resend`, {})
    },
    'invitation.revoked': async ({ organisation }) => {
      const { invitation } = await invite(organisation)
      return organisation.admin.api('DELETE', invitationsOf(organisation, invitation.id))
    },
    'invitation.accepted': async ({ organisation, stranger }) =>
      accept(stranger, (await invite(organisation, { email: stranger.email })).token),
    'invitation.declined': async ({ organisation }) =>
      decline(organisation.admin.url, (await invite(organisation)).token),
    'invitation.expired': async ({ organisation }) => {
      const { invitation } = await invite(organisation)
      await expire(invitation.id)
      return organisation.admin.api('GET', invitationsOf(organisation))
    },
    'role.created': ({ organisation: { admin, id } }) =>
      admin.api('POST', `/organisations/${id}/roles`, { name: 'Support', permissions: [] }),
    'role.updated': async ({ organisation: { admin, id } }) => {
      const { body } = await admin.api('POST', `/organisations/${id}/roles`, { name: 'Support', permissions: [] })
      return admin.api('PATCH', `/organisations/${id}/roles/${body.id}`, { permissions: ['application:read'] })
    },
    'role.deleted': async ({ organisation: { admin, id } }) => {
      const { body } = await admin.api('POST', `/organisations/${id}/roles`, { name: 'Support', permissions: [] })
      return admin.api('DELETE', `/organisations/${id}/roles/${body.id}`)
    },
    'permissions.declared': ({ organisation: { admin, id } }) =>
      admin.api('PUT', `/organisations/${id}/own-permissions`, { permissions: [{ name: 'report:approve' }] }),
    'webhook.created': async ({ organisation }) =>
      organisation.admin.api('POST', webhooksOf(organisation), { url: await anywhere() }),
    'webhook.updated': async ({ organisation }) =>
      organisation.admin.api('PATCH', await aWebhook(organisation), { types: ['member.*'] }),
    'webhook.paused': async ({ organisation }) =>
      organisation.admin.api('PATCH', await aWebhook(organisation), { enabled: false }),
    'webhook.resumed': async ({ organisation }) =>
      organisation.admin.api('PATCH', await aWebhook(organisation, { enabled: false }), { enabled: true }),
    'webhook.disabled': async ({ organisation }) => aGoneWebhook(organisation),
    'webhook.secret_rotated': async ({ organisation }) =>
      organisation.admin.api('POST', `${await aWebhook(organisation)}/rotate-secret`, {}),
    'webhook.adopted': async ({ organisation }) =>
      organisation.admin.api(
        'POST',
        `${await aWebhook(organisation, { by: await organisation.add('manager') })}/adopt`,
      ),
    'webhook.tested': async ({ organisation }) =>
      organisation.admin.api('POST', `${await aWebhook(organisation)}/test`),
    'webhook.replayed': async ({ organisation }) =>
      organisation.admin.api('POST', `${await aWebhook(organisation)}/replay`, { since: '2026-01-01T00:00:00Z' }),
    'webhook.deleted': async ({ organisation }) => organisation.admin.api('DELETE', await aWebhook(organisation)),
    'application.created': ({ organisation: { admin, id } }) =>
      admin.api('POST', `/organisations/${id}/applications`, { name: 'Website' }),
    'application.updated': async ({ organisation }) =>
      organisation.admin.api('PATCH', (await anApplication(organisation)).path, { name: 'Shop' }),
    'application.deleted': async ({ organisation }) =>
      organisation.admin.api('DELETE', (await anApplication(organisation)).path),
    'repository.pushed': ({ organisation }) => push(organisation, 'HEAD:main'),
    'repository.tagged': ({ organisation }) => push(organisation, 'HEAD:refs/tags/v1.0'),
    'repository.updated': async ({ organisation }) =>
      organisation.admin.api('PATCH', `${(await anApplication(organisation)).path}/repository`, {
        defaultBranch: 'trunk',
      }),
    'api_key.created': ({ organisation: { admin, id } }) =>
      admin.api('POST', `/organisations/${id}/api-keys`, { name: 'Deployments', role: 'developer' }),
    'api_key.updated': async ({ organisation }) =>
      organisation.admin.api('PATCH', (await aKey(organisation)).path, { role: 'accounting' }),
    'api_key.rotated': async ({ organisation }) =>
      organisation.admin.api('POST', `${(await aKey(organisation)).path}/rotate`, {}),
    'api_key.revoked': async ({ organisation }) => organisation.admin.api('DELETE', (await aKey(organisation)).path),
    'api_key.expired': async ({ organisation }) => {
      await expireKey((await aKey(organisation)).id)
      return organisation.admin.api('GET', apiKeysOf(organisation))
    },
    'billing.updated': ({ organisation: { admin, id } }) =>
      admin.api('PUT', `/organisations/${id}/billing`, { legalName: 'Acme Ltd', currency: 'CHF' }),
    'invoice.created': ({ organisation }) =>
      organisation.admin.api('POST', invoicesOf(organisation), {
        lines: [{ description: 'Hosting', unitPriceMinor: 4_900 }],
      }),
    'invoice.updated': async ({ organisation }) =>
      organisation.admin.api('PATCH', (await aDraft(organisation)).path, { dueOn: '2026-12-31' }),
    'invoice.deleted': async ({ organisation }) => organisation.admin.api('DELETE', (await aDraft(organisation)).path),
    'invoice.opened': async ({ organisation }) =>
      organisation.admin.api('POST', `${(await aDraft(organisation)).path}/open`),
    'invoice.paid': async ({ organisation }) =>
      organisation.admin.api('POST', `${(await anOpenInvoice(organisation)).path}/pay`),
    'invoice.voided': async ({ organisation }) =>
      organisation.admin.api('POST', `${(await anOpenInvoice(organisation)).path}/void`),
    'member.updated': ({ subject }) => subject.api('PATCH', '/account', { name: unique('Renamed') }),
    'member.removed': ({ organisation: { admin, id }, subject }) =>
      admin.api('DELETE', `/organisations/${id}/members/${subject.member}`),
  }

/** Events that nobody receives live: before anyone could subscribe, because they end everyone's access, or begin it. */
const unseen: readonly OrganisationEvent[] = ['organisation.created', 'organisation.deleted', 'organisation.restored']

describe('every event of an organisation, for every role', () => {
  for (const [type, make] of Object.entries(makers)) {
    const { audience } = eventDefinitions[type as keyof typeof makers]
    it(`${type} reaches, live and in replay, those who hold ${audience}`, async function () {
      if (type.startsWith('repository.')) needsGit(this)
      const organisation = await anOrganisation()
      const [manager, developer, accounting, subject, stranger] = await Promise.all([
        organisation.add('manager'),
        organisation.add('developer'),
        organisation.add('accounting'),
        organisation.add('developer'),
        signUp(),
      ])
      const people = { admin: organisation.admin, manager, developer, accounting }
      const clients = new Map<string, LiveClient>()
      const cursors = new Map<string, string>()
      for (const role of builtInRoleIds) {
        const live = await connectLive(people[role])
        cursors.set(role, (await live.subscribe(organisation.id)).cursor)
        clients.set(role, live)
      }
      const outsider = await connectLive(stranger)

      const answer = await make({ organisation, subject, stranger })
      expect(answer.status, answer.text).to.be.lessThan(300)
      const seq = await positionAfter(organisation, answer)
      if (type === 'organisation.deleted') {
        await Promise.all([...clients.values()].map((live) => live.until(({ name }) => name === 'revoked')))
      } else if (type === 'organisation.restored') {
        await Promise.all([...clients.values()].map((live) => live.until(({ name }) => name === 'access')))
      } else await clients.get('admin')?.until(eventAt(seq))

      for (const role of builtInRoleIds) {
        const live = clients.get(role)
        await live?.settled()
        const sees = holds(role, audience) && !unseen.includes(type as OrganisationEvent)
        const events = live?.received.filter(({ name }) => name === 'event') ?? []
        // A maker may need others before its own.
        expect(
          events.map(({ body }) => body.type).filter((one) => one === type),
          role,
        ).to.have.lengthOf(sees ? 1 : 0)
        for (const { body } of events) {
          const definition = eventDefinitions[body.type as EventType]
          expect(definition.data.safeParse(body.data).error, role).to.equal(undefined)
          expect(body.audience).to.equal(definition.audience)
          expect(holds(role, body.audience), `${role} hears ${body.type}`).to.equal(true)
        }
      }
      await outsider.settled()
      expect(outsider.received.filter(({ name }) => name === 'event')).to.deep.equal([])

      if (type === 'organisation.deleted') return
      for (const role of builtInRoleIds) {
        const again = await connectLive(people[role])
        await again.subscribe(organisation.id, cursors.get(role))
        await again.until(({ name }) => name === 'position')
        const types = again.received.filter(({ name }) => name === 'event').map(({ body }) => body.type)
        expect(types.includes(type), `${role} in replay`).to.equal(holds(role, audience))
        const seen = types.filter((one) => holds(role, eventDefinitions[one as OrganisationEvent].audience))
        expect(types, `${role} in replay`).to.deep.equal(seen)
        const page = await people[role].api('GET', `/organisations/${organisation.id}/events?type=${type}&limit=200`)
        const read = page.body.data.map((event: { seq: number }) => event.seq)
        expect(read.includes(seq), `${role} over HTTP`).to.equal(holds(role, audience))
      }
    })
  }

  it('has a maker for each event of the contract that is an organisation’s', () => {
    const types = Object.entries(eventDefinitions).flatMap(([type, { audience }]) =>
      audience === 'self' ? [] : [type],
    )
    expect([...Object.keys(makers), 'organisation.created'].sort()).to.deep.equal(types.sort())
    expect(permissionsOf('admin')).to.include.members(
      types.map((type) => eventDefinitions[type as OrganisationEvent].audience),
    )
  })
})

async function positionAfter(organisation: TestOrganisation, answer: Answer): Promise<number> {
  // The answer to a change of one's own account gives the position of the account's log.
  const { status, body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/events?limit=200`)
  return status === 200 ? body.data.at(-1).seq : Number(answer.headers.get('Rolecall-Seq'))
}
