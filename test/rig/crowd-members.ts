import type { BuiltInRole } from '@rolecall/contract'
import { expect } from 'chai'
import { at, type Scene } from './crowd-scene.ts'
import { insist } from './insist.ts'
import { unique } from './people.ts'

/** Commands about who is a member, and as what. */
export function memberCommands({ people, organisations, members, suspended, roles, apiAs }: Scene) {
  async function hold(organisation: number, person: number, wanted: BuiltInRole | number | undefined): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const role = typeof wanted === 'number' ? at(at(roles, organisation), wanted) : wanted
    const path = `/organisations/${id}/members`
    const own = members[organisation]
    const member = own?.get(person)
    if (member === undefined) {
      if (role === undefined) return
      const key = { 'Idempotency-Key': unique('add').replace(' ', '-') }
      const added = await insist(() => admin.api('POST', path, { email: at(people, person).email, role }, key))
      expect(added.status, added.text).to.equal(201)
      own?.set(person, added.body.id)
    } else if (role === undefined) {
      const removed = await insist(() => admin.api('DELETE', `${path}/${member}`))
      expect(removed.status, removed.text).to.equal(204)
      own?.delete(person)
      suspended[organisation]?.delete(person)
    } else {
      const changed = await insist(() => admin.api('PATCH', `${path}/${member}`, { role }))
      expect(changed.status, changed.text).to.equal(200)
    }
  }

  async function rest(organisation: number, person: number, isSuspended: boolean): Promise<void> {
    const member = members[organisation]?.get(person)
    if (member === undefined || suspended[organisation]?.has(person) === isSuspended) return
    const { admin, id } = at(organisations, organisation)
    const path = `/organisations/${id}/members/${member}/${isSuspended ? 'suspend' : 'resume'}`
    const answer = await insist(() => admin.api('POST', path))
    expect(answer.status, answer.text).to.equal(200)
    if (isSuspended) suspended[organisation]?.add(person)
    else suspended[organisation]?.delete(person)
  }

  async function exchange(organisation: number, wanted: readonly number[], role: BuiltInRole): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const present = wanted.flatMap((person) => members[organisation]?.get(person) ?? [])
    if (present.length === 0) return
    const changes = present.map((member) => ({ member, role }))
    const answer = await insist(() => admin.api('POST', `/organisations/${id}/members/batch`, { changes }))
    expect(answer.status, answer.text).to.equal(200)
  }

  async function leave(organisation: number, person: number): Promise<void> {
    const member = members[organisation]?.get(person)
    if (member === undefined || suspended[organisation]?.has(person)) return
    const { id } = at(organisations, organisation)
    const left = await insist(() => apiAs(person)('DELETE', `/organisations/${id}/members/${member}`))
    expect(left.status, left.text).to.equal(204)
    members[organisation]?.delete(person)
  }

  return { hold, rest, exchange, leave }
}
