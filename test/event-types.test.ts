import { type EventType, matchesType } from '@rolecall/contract'
import { eventDefinitions } from '@rolecall/contract/schemas'
import { expect } from 'chai'
import { apiOf } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

interface Shown {
  readonly type: EventType
  readonly audience: string
  readonly summary: string
  readonly schema: { readonly type: string; readonly properties?: object }
  readonly example: Record<string, unknown>
}

describe('the types of events', () => {
  it('are all there for everybody, with the shape of their data and an example that has it', async () => {
    const { url } = await sharedServer()
    const { status, body } = await apiOf(url)('GET', '/event-types')
    expect(status).to.equal(200)
    expect(body.data.map(({ type }: Shown) => type)).to.have.members(Object.keys(eventDefinitions))
    for (const { type, audience, summary, schema, example } of body.data as readonly Shown[]) {
      const { data, ...definition } = eventDefinitions[type]
      expect({ audience, summary }, type).to.deep.equal(definition)
      expect(schema.type, type).to.equal('object')
      const parsed = data.safeParse(example)
      expect(parsed.error, type).to.equal(undefined)
      expect(parsed.data, type).to.deep.equal(example)
      expect(Object.keys(schema.properties ?? {}), type).to.include.members(Object.keys(example))
    }
  })

  it('are matched by themselves, by all of their noun, and by all', () => {
    const matched = (...patterns: string[]) =>
      Object.keys(eventDefinitions).filter((type) => matchesType(patterns, type))
    expect(matched('*')).to.deep.equal(Object.keys(eventDefinitions))
    expect(matched('role.*')).to.deep.equal(['role.created', 'role.updated', 'role.deleted'])
    expect(matched('role.created', 'member.added')).to.have.members(['role.created', 'member.added'])
    expect(matched('role', 'role.', 'rol.*', 'role.create', 'Role.*')).to.deep.equal([])
  })
})
