import { expect } from 'chai'
import { models as logModels } from '../server/src/log/documents.ts'
import { digestOf, hashOf } from '../server/src/log/format.ts'
import type { Log } from '../server/src/log/log.ts'
import { verify as verifyLog } from '../server/src/log/verify.ts'
import { insist } from './rig/insist.ts'
import { anOrganisation, signUp, type TestOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

const spelling = (organisation: TestOrganisation, count: number) =>
  count % 2 === 0 ? organisation.name.toUpperCase() : organisation.name.toLowerCase()

const rename = (organisation: TestOrganisation, count: number, headers: Record<string, string> = {}) =>
  organisation.admin.api('PATCH', `/organisations/${organisation.id}`, { name: spelling(organisation, count) }, headers)

const eventsOf = async ({ admin, id }: TestOrganisation, query = '') =>
  (await admin.api('GET', `/organisations/${id}/events?limit=200${query}`)).body

const aSystem = async () => ({ actor: { kind: 'system' as const, id: 'system', name: 'Test' } })
/** A change that has locked its log, until it is told to end. */
async function aLongChange(log: Log, id: string): Promise<{ ended: Promise<unknown>; end: () => void }> {
  let end = (): void => undefined
  const told = new Promise<void>((resolve) => {
    end = resolve
  })
  let ended: Promise<unknown> = told
  await new Promise<void>((resolve) => {
    ended = log.change({ logs: [id] }, aSystem, () => {
      resolve()
      return told
    })
  })
  return { ended, end }
}

const aRename = { before: { name: 'One' }, after: { name: 'Other' } }

async function inspect() {
  const { app } = await sharedServer()
  const models = logModels(app.connection)
  return { models, log: app.log, verify: (log: string) => verifyLog(models, log) }
}

describe('the log of an organisation', () => {
  it('holds each change once, in order, with who made it and what was before and after', async () => {
    const organisation = await anOrganisation({ name: 'Ada' })
    const person = await organisation.add('developer', { name: 'Bob' })
    const path = `/organisations/${organisation.id}/members/${person.member}`
    await organisation.admin.api('PATCH', path, { role: 'accounting' })
    await organisation.admin.api('DELETE', path)
    const { data } = await eventsOf(organisation)
    const actor = { kind: 'account', id: organisation.admin.account.id, name: 'Ada' }
    const member = { id: person.member, account: { id: person.account.id, name: 'Bob' } }
    expect(data.map(({ seq, type, actor }: never) => ({ seq, type, actor }))).to.deep.equal([
      { seq: 1, type: 'organisation.created', actor },
      { seq: 2, type: 'member.added', actor },
      { seq: 3, type: 'member.added', actor },
      { seq: 4, type: 'member.role_changed', actor },
      { seq: 5, type: 'member.removed', actor },
    ])
    expect(data[3].data).to.deep.equal({ member, before: { role: 'developer' }, after: { role: 'accounting' } })
    expect(data[3].affects).to.deep.equal([person.account.id])
    expect(data[4].data).to.deep.equal({ member, before: { role: 'accounting' }, reason: 'removed' })
  })

  it('answers a change with its position, which a later read reaches', async () => {
    const organisation = await anOrganisation()
    const changed = await rename(organisation, 0)
    expect(changed.headers.get('Rolecall-Seq')).to.equal('3')
    const read = await organisation.admin.api('GET', `/organisations/${organisation.id}/members`)
    expect(read.headers.get('Rolecall-Seq')).to.equal('3')
  })

  it('appends nothing where nothing changed', async () => {
    const organisation = await anOrganisation()
    for (let count = 0; count < 2; count += 1) await rename(organisation, 0)
    expect((await eventsOf(organisation)).data.length).to.equal(3)
  })

  it('is read on by cursor, page by page, and filtered by type and actor', async () => {
    const organisation = await anOrganisation()
    const manager = await organisation.add('manager')
    for (let count = 0; count < 4; count += 1) await rename(organisation, count)
    await manager.api('PATCH', `/organisations/${organisation.id}`, { name: organisation.name })
    const seen: number[] = []
    let after = ''
    do {
      const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/events?limit=3${after}`)
      seen.push(...body.data.map(({ seq }: { seq: number }) => seq))
      after = body.next === undefined ? '' : `&after=${body.next}`
    } while (after !== '')
    expect(seen).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8])
    const threeOf = async (query: string) =>
      (await organisation.admin.api('GET', `/organisations/${organisation.id}/events?order=desc&limit=3${query}`)).body
    const { cursor } = (await eventsOf(organisation)).data[4]
    const newest = await threeOf('')
    expect(newest.data.map(({ seq }: { seq: number }) => seq)).to.deep.equal([8, 7, 6])
    const older = await threeOf(`&after=${newest.next}`)
    expect(older.data.map(({ seq }: { seq: number }) => seq)).to.deep.equal([5, 4, 3])
    // A cursor is a place: one from either direction leads on in the other.
    const on = await eventsOf(organisation, `&after=${newest.next}`)
    expect(on.data.map(({ seq }: { seq: number }) => seq)).to.deep.equal([7, 8])
    const back = await eventsOf(organisation, `&order=desc&after=${cursor}`)
    expect(back.data.map(({ seq }: { seq: number }) => seq)).to.deep.equal([4, 3, 2, 1])
    const renames = await eventsOf(organisation, '&type=organisation.renamed')
    expect(renames.data.length).to.equal(5)
    const byManager = await eventsOf(organisation, `&actor=${manager.account.id}`)
    expect(byManager.data.map(({ seq }: { seq: number }) => seq)).to.deep.equal([8])
  })

  it('E49 refuses a cursor that is forged, foreign or from the future', async () => {
    const organisation = await anOrganisation()
    const foreign = await anOrganisation()
    for (let count = 0; count < 8; count += 1) await rename(organisation, count)
    const { data } = await eventsOf(organisation)
    const own = data[1].cursor
    // Of such a length that its last letter carries bits which mean nothing, and could be altered unnoticed.
    const slack = data[9].cursor
    const altered = slack.slice(0, -1) + String.fromCharCode(slack.charCodeAt(slack.length - 1) + 1)
    expect(Buffer.from(altered, 'base64url')).to.deep.equal(Buffer.from(slack, 'base64url'))
    const forged = Buffer.from(Buffer.from(own, 'base64url').toString().replace('.2.', '.9.')).toString('base64url')
    for (const cursor of [
      'x',
      (await eventsOf(foreign)).data[1].cursor,
      forged,
      altered,
      `${own}!`,
      `${own.slice(0, -2)}AA`,
    ]) {
      const { status, body } = await organisation.admin.api(
        'GET',
        `/organisations/${organisation.id}/events?after=${cursor}`,
      )
      expect([status, body.code], cursor).to.deep.equal([400, 'invalid_cursor'])
    }
  })

  it('verifies itself, and names the first event that was tampered with', async () => {
    const organisation = await anOrganisation()
    for (let count = 0; count < 5; count += 1) await rename(organisation, count)
    const { verify, models } = await inspect()
    const whole = await verify(organisation.id)
    expect(whole).to.deep.include({ ok: true, events: 7 })
    const at = (seq: number) => ({ log: organisation.id, seq })
    const original = await models.events.findOne(at(4)).lean()
    if (original === null) throw new Error('there is no event to tamper with')
    const tamper = async (change: object, expected: object) => {
      await models.events.updateOne(at(4), { $set: change })
      expect(await verify(organisation.id)).to.deep.include(expected)
      await models.events.replaceOne(at(4), original)
      expect(await verify(organisation.id)).to.deep.equal(whole)
    }
    await tamper({ data: { ...original.data, after: { name: 'Other' } } }, { ok: false, seq: 4 })
    await tamper({ affects: ['acc_other'] }, { ok: false, seq: 4 })
    await tamper({ actor: { ...original.actor, name: 'Mallory' } }, { ok: false, seq: 4 })
    await tamper({ hash: original.hash.replace(/^./, (first) => (first === '0' ? '1' : '0')) }, { ok: false, seq: 4 })
    const salt = original.salt.buffer
    const data = { ...original.data, after: { name: 'Other' } }
    const digest = digestOf({ salt, actorName: original.actor.name, data })
    const previous = await models.events.findOne(at(3)).lean()
    const hash = hashOf({ ...original, digest }, previous?.hash ?? '')
    await tamper({ data, digest, hash }, { ok: false, seq: 5 })
    await models.events.deleteOne(at(7))
    expect(await verify(organisation.id)).to.deep.include({ ok: false, seq: 7 })
  })

  it('E37 E51 gives a change that fails at its end neither document nor event', async () => {
    const organisation = await anOrganisation()
    const before = await eventsOf(organisation)
    const person = await organisation.add('developer')
    const twice = await organisation.admin.api('POST', `/organisations/${organisation.id}/members`, {
      email: person.email,
      role: 'manager',
    })
    expect([twice.status, twice.body.code]).to.deep.equal([409, 'already_member'])
    const after = await eventsOf(organisation)
    expect(after.data.length).to.equal(before.data.length + 1)
    const { verify } = await inspect()
    expect(await verify(organisation.id)).to.have.property('ok', true)
  })
})

describe('many writers of one log', () => {
  it('E52 lets 50 writers at once all succeed, each once, without a storm of conflicts', async () => {
    const organisation = await anOrganisation()
    const { verify, log } = await inspect()
    const before = log.conflicts()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, count) =>
        insist(() => rename(organisation, count, { 'Idempotency-Key': `${count}` })),
      ),
    )
    expect(answers.map(({ status }) => status)).to.deep.equal(Array.from({ length: 50 }, () => 200))
    const positions = answers.map(({ headers }) => Number(headers.get('Rolecall-Seq')))
    const changed = new Set(positions)
    const { data } = await eventsOf(organisation)
    expect(data.map(({ seq }: { seq: number }) => seq)).to.deep.equal(
      Array.from({ length: data.length }, (_, index) => index + 1),
    )
    expect(Math.max(...changed)).to.equal(data.length)
    expect(await verify(organisation.id)).to.have.property('ok', true)
    expect(log.conflicts() - before, 'attempts that met a conflict').to.equal(0)
  })

  it('E52 has them succeed in the order in which they came', async () => {
    const { id } = await anOrganisation()
    const { log } = await inspect()
    // Few enough for a busy machine to be done with the last before that one's time is over.
    const changes = Array.from({ length: 10 }, () =>
      log.change({ logs: [id] }, aSystem, async (tx) => tx.append(id, 'organisation.renamed', aRename)),
    )
    const seqs = (await Promise.all(changes)).map(({ seq }) => seq)
    expect(seqs).to.deep.equal(seqs.map((_, index) => index + 3))
  })

  it('E52 take nothing from those of other logs while they wait', async () => {
    const [busy, free] = [await anOrganisation(), await anOrganisation()]
    const { log } = await inspect()
    const { ended, end } = await aLongChange(log, busy.id)
    // More than there are connections to the database.
    const crowd = Array.from({ length: 150 }, () => log.change({ logs: [busy.id] }, aSystem, async () => undefined))
    // Whether all of these are in time is not the question.
    const over = Promise.allSettled(crowd)
    expect((await rename(free, 0)).status).to.equal(200)
    end()
    await ended
    await over
  })

  it('E52 are not kept waiting by a change of several logs that itself waits for another one', async () => {
    const [busy, free] = [await anOrganisation(), await anOrganisation()]
    const { log } = await inspect()
    const { ended, end } = await aLongChange(log, busy.id)
    const several = log.change({ logs: [free.id, busy.id] }, aSystem, async () => undefined)
    expect((await rename(free, 0)).status).to.equal(200)
    end()
    await Promise.all([ended, several])
  })
})

describe('repeating a request with its Idempotency-Key', () => {
  const create = (person: Awaited<ReturnType<typeof signUp>>, name: string, key: string) =>
    person.api('POST', '/organisations', { name }, { 'Idempotency-Key': key })

  it('E44 is answered as the first time, and changes nothing', async () => {
    const person = await signUp()
    const name = `Once ${person.account.id}`
    const first = await create(person, name, 'key')
    const second = await create(person, name, 'key')
    expect(first.status).to.equal(201)
    expect([second.status, second.text]).to.deep.equal([201, first.text])
    expect(second.headers.get('Idempotency-Replayed')).to.equal('true')
    expect(second.headers.get('Rolecall-Seq')).to.equal(first.headers.get('Rolecall-Seq'))
  })

  it('E44 is refused when the key was used for another body, and free to others', async () => {
    const person = await signUp()
    const other = await signUp()
    await create(person, `First ${person.account.id}`, 'key')
    const reused = await create(person, `Second ${person.account.id}`, 'key')
    expect([reused.status, reused.body.code]).to.deep.equal([409, 'idempotency_key_reused'])
    expect((await create(other, `Second ${person.account.id}`, 'key')).status).to.equal(201)
  })

  it('E44 lets concurrent duplicates wait for the first answer', async () => {
    const person = await signUp()
    const name = `Race ${person.account.id}`
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(person, name, 'key')))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).to.equal(1)
    expect(answers[0]?.status).to.equal(201)
    const replayed = answers.filter(({ headers }) => headers.get('Idempotency-Replayed') === 'true')
    expect(replayed.length).to.equal(9)
  })

  it('E44 tells nothing to whoever lost access meanwhile', async () => {
    const organisation = await anOrganisation()
    const manager = await organisation.add('manager')
    const person = await signUp()
    const add = () =>
      manager.api(
        'POST',
        `/organisations/${organisation.id}/members`,
        { email: person.email, role: 'developer' },
        { 'Idempotency-Key': 'key' },
      )
    expect((await add()).status).to.equal(201)
    await organisation.admin.api('DELETE', `/organisations/${organisation.id}/members/${manager.member}`)
    expect((await add()).status).to.equal(404)
  })
})
