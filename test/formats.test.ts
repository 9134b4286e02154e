import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { models } from '../server/src/log/documents.ts'
import { blocksOf } from './rig/docs.ts'
import { anOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

const page = 'docs/decisions/formats.md'

const sha256 = (...parts: readonly (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex')

/** RFC 8785 for what occurs in events: keys in order, no space. Written anew, so that it is not our code on both sides. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
}

describe('the formats of the log', () => {
  it('are those of the page about them, which another program can verify by', async () => {
    const [shown] = blocksOf(page).filter(({ language }) => language === 'json')
    const { app } = await sharedServer()
    const { events, heads } = models(app.connection)
    const organisation = await anOrganisation()
    await organisation.add('manager', { name: 'Zoë “Z” O’Neill' })
    const head = await heads.findById(organisation.id).lean()
    const all = await events.find({ log: organisation.id }).sort({ seq: 1 }).lean()
    expect(all).to.have.length(3)
    expect(head?.origin).to.match(/^[0-9a-f]{64}$/)

    let previous = head?.origin ?? ''
    for (const { _id: id, log, seq, type, at, actor, audience, affects, data, salt, digest, hash } of all) {
      expect(salt.buffer).to.have.length(16)
      expect(sha256(salt.buffer, canonical({ actorName: actor.name, data }))).to.equal(digest)
      const { kind, id: by } = actor
      const hashed = { v: 1, previous, id, log, seq, type, at, actor: { kind, id: by }, audience, affects, digest }
      const asText = { ...hashed, at: at.toISOString() }
      expect(Object.keys(asText)).to.deep.equal(Object.keys(JSON.parse(shown?.code ?? '{}')))
      expect(sha256(canonical(asText))).to.equal(hash)
      previous = hash
    }
    expect(head?.hash).to.equal(previous)

    const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/events`)
    const cursors = body.data.map(({ cursor }: { cursor: string }) => Buffer.from(cursor, 'base64url').toString())
    expect(cursors).to.deep.equal(all.map(({ log, seq, hash }) => `1.${log}.${seq}.${hash.slice(0, 16)}`))
  })
})
