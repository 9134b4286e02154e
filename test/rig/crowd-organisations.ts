import type { BuiltInRole, Permission } from '@rolecall/contract'
import { expect } from 'chai'
import { at, composeRole, type Scene } from './crowd-scene.ts'
import { insist } from './insist.ts'
import { unique } from './people.ts'

/** Commands about an organisation itself, and what its roles permit. */
export function organisationCommands({ organisations, roles }: Scene) {
  async function compose(organisation: number, role: number, permissions: readonly Permission[]): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const path = `/organisations/${id}/roles/${at(at(roles, organisation), role)}`
    const answer = await insist(() => admin.api('PATCH', path, { permissions }))
    expect(answer.status, answer.text).to.equal(200)
  }

  async function dissolve(organisation: number, role: number, replacement: BuiltInRole): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const own = at(roles, organisation)
    const path = `/organisations/${id}/roles/${at(own, role)}?replacement=${replacement}`
    const key = { 'Idempotency-Key': unique('dissolve').replace(' ', '-') }
    const answer = await insist(() => admin.api('DELETE', path, undefined, key))
    expect(answer.status, answer.text).to.equal(204)
    own[role] = await composeRole(admin, id)
  }

  /** Changes the organisation itself, by its Admin. */
  async function set(organisation: number, method: 'PATCH' | 'PUT', below: string, body: object): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const answer = await insist(() => admin.api(method, `/organisations/${id}${below}`, body))
    expect(answer.status, answer.text).to.equal(200)
  }

  async function deleteAndRestore(organisation: number): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const key = () => ({ 'Idempotency-Key': unique('once').replace(' ', '-') })
    const [once, again] = [key(), key()]
    const deleted = await insist(() => admin.api('DELETE', `/organisations/${id}`, undefined, once))
    expect(deleted.status, deleted.text).to.equal(204)
    const restored = await insist(() => admin.api('POST', `/organisations/${id}/restore`, undefined, again))
    expect(restored.status, restored.text).to.equal(200)
  }

  async function rename(organisation: number, times: number): Promise<void> {
    const { admin, id, name } = at(organisations, organisation)
    for (let count = 0; count < times; count += 1) {
      // Two spellings of one name: no former name is held.
      const spelt = count % 2 === 0 ? name.toUpperCase() : name.toLowerCase()
      const renamed = await insist(() => admin.api('PATCH', `/organisations/${id}`, { name: spelt }))
      expect(renamed.status, renamed.text).to.equal(200)
    }
  }

  return { compose, dissolve, set, deleteAndRestore, rename }
}
