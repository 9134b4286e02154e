/** Changes of an organisation, as often as one likes, and what is heard of them. */
import { expect } from 'chai'
import type { TestOrganisation } from './people.ts'

let renames = 0

export async function rename(organisation: TestOrganisation): Promise<number> {
  renames += 1
  const name = `${organisation.name} v${renames}`
  const answer = await organisation.admin.api('PATCH', `/organisations/${organisation.id}`, { name })
  expect(answer.status, answer.text).to.equal(200)
  return Number(answer.headers.get('Rolecall-Seq'))
}

/** Something that nobody below member:read may see, as often as one likes. */
export async function changeSomebody(organisation: TestOrganisation, member: string, role: string): Promise<number> {
  const answer = await organisation.admin.api('PATCH', `/organisations/${organisation.id}/members/${member}`, { role })
  expect(answer.status, answer.text).to.equal(200)
  return Number(answer.headers.get('Rolecall-Seq'))
}

export async function cursorOf(organisation: TestOrganisation, seq: number): Promise<string> {
  const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/events?limit=200`)
  return body.data.find((event: { seq: number }) => event.seq === seq).cursor
}

export const seqs = (received: readonly { name: string; body: { seq: number } }[]) =>
  received.filter(({ name }) => name === 'event').map(({ body }) => body.seq)

/** Renames without holding names: back and forth between two spellings of one name. */
export async function changeName(organisation: TestOrganisation, count: number): Promise<number> {
  const name = count % 2 === 0 ? organisation.name.toUpperCase() : organisation.name.toLowerCase()
  const answer = await organisation.admin.api('PATCH', `/organisations/${organisation.id}`, { name })
  expect(answer.status, answer.text).to.equal(200)
  return Number(answer.headers.get('Rolecall-Seq'))
}
