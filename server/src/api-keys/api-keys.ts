import { isDeepStrictEqual } from 'node:util'
import { type ApiKey, maxListed, problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { ApiKeyDocument, FormerSecret } from '../access/key-document.ts'
import { type Me, memberOf } from '../access/me.ts'
import type { Clock } from '../clock.ts'
import type { Handlers } from '../http/call.ts'
import { newId } from '../ids.ts'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import { checkAssignable } from '../members/assignable.ts'
import { composed, named, shown } from './api-key.ts'
import { endingOf, hashOf, hintOf, newSecret } from './secret.ts'
import { dueOf, issuerRole, replace } from './stored.ts'

interface Parts {
  readonly models: Pick<AccessModels, 'apiKeys' | 'memberships'>
  readonly access: Access
  readonly now: Clock
}

const maxKeys = maxListed.apiKeys
/** As many more are accepted beside the newest secret: as of a webhook. */
const maxFormer = 3
const hourMs = 60 * 60 * 1_000
const dayMs = 24 * hourMs

/** What is chosen of a key when it is issued or changed. */
type Chosen = Partial<Pick<ApiKeyDocument, 'name' | 'role'>> & { readonly expiresInDays?: number | null | undefined }

export function createApiKeys({ models, access, now }: Parts): Handlers<'apiKeys'> {
  const { apiKeys } = models

  const isPresent = (at: Date) => ({
    $or: [{ expiresAt: trusted({ $exists: false }) }, { expiresAt: trusted({ $gt: at }) }],
  })

  /** One whose time is over is no more, also where that was not told yet. */
  async function existing(snapshot: Snapshot, _id: string, organisation: string, at: Date): Promise<ApiKeyDocument> {
    const found = await apiKeys.findOne({ _id, organisation, ...isPresent(at) }, null, within(snapshot)).lean()
    if (found === null) throw problem('not_found')
    return found
  }

  async function shownIn(tx: Tx, { grants }: Me, key: ApiKeyDocument): Promise<ApiKey> {
    const [only] = await shown(models, tx, [key], { grants, at: tx.at })
    if (only === undefined) throw new Error('an API key was not shown')
    return only
  }

  /** Refuses what whoever asks may not grant: they answer for it from here on. */
  function taken(tx: Tx, me: Me, key: ApiKeyDocument, { name, role, expiresInDays }: Chosen): ApiKeyDocument {
    checkAssignable(me, { account: { id: key._id }, role: key.role }, role ?? key.role)
    const { id, name: issuer } = me.account
    const { expiresAt, ...others } = key
    const expiry = expiresInDays === undefined ? expiresAt && { expiresAt } : expiresIn(tx, expiresInDays)
    return {
      ...others,
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(role === undefined ? {} : { role }),
      issuer: { id, name: issuer },
      ...expiry,
    }
  }

  return {
    list: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation, grants }) => {
        const at = now()
        const found = await apiKeys
          .find({ organisation, ...isPresent(at) }, null, within(snapshot))
          .sort({ _id: 1 })
          .lean()
        return { data: await shown(models, snapshot, found, { grants, at }) }
      }),

    create(call) {
      const { name, role, expiresInDays } = call.body
      const secret = newSecret()
      return access.changeOrganisation(call, async (tx, me, organisation) => {
        const { account } = memberOf(me)
        checkAssignable(me, undefined, role)
        const count = await apiKeys.countDocuments({ organisation }, within(tx))
        if (count >= maxKeys) throw problem('api_key_limit', { detail: `There can be ${maxKeys}. Revoke one first.` })
        const key: ApiKeyDocument = {
          _id: newId('key'),
          organisation,
          name: name.trim(),
          role,
          issuer: { id: account.id, name: account.name },
          ...secretOf(secret),
          generation: 1,
          former: [],
          createdAt: tx.at,
          sinceSeq: 0,
          ...expiresIn(tx, expiresInDays),
        }
        const { _id: id } = key
        const event = { key: { id, hint: hintOf(key.ending), ...composed(key, me.role, me.grants) } }
        const sinceSeq = tx.append(organisation, 'api_key.created', event)
        await apiKeys.create([{ ...key, ...dueOf(key), sinceSeq }], within(tx))
        return { ...(await shownIn(tx, me, key)), secret }
      })
    },

    get: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation, grants }) => {
        const at = now()
        const [only] = await shown(models, snapshot, [await existing(snapshot, call.params.key, organisation, at)], {
          grants,
          at,
        })
        if (only === undefined) throw problem('not_found')
        return only
      }),

    update: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const before = await existing(tx, call.params.key, organisation, tx.at)
        const after = taken(tx, me, before, call.body as Chosen)
        if (isDeepStrictEqual(after, before)) return shownIn(tx, me, before)
        await replace(models, tx, after)
        const { grants } = me
        tx.append(
          organisation,
          'api_key.updated',
          {
            key: named(after),
            before: composed(before, await issuerRole(models, tx, before), grants),
            after: composed(after, me.role, grants),
          },
          [after._id],
        )
        return shownIn(tx, me, after)
      }),

    rotate(call) {
      const { overlapHours, expiresInDays } = call.body
      const secret = newSecret()
      return access.changeOrganisation(call, async (tx, me, organisation) => {
        const before = await existing(tx, call.params.key, organisation, tx.at)
        const after: ApiKeyDocument = {
          ...taken(tx, me, before, { expiresInDays }),
          ...secretOf(secret),
          generation: before.generation + 1,
          former: formerSecrets(before, tx.at, new Date(tx.at.getTime() + overlapHours * hourMs)),
        }
        await replace(models, tx, after)
        const { grants } = me
        tx.append(
          organisation,
          'api_key.rotated',
          {
            key: { ...named(after), hint: hintOf(after.ending) },
            before: composed(before, await issuerRole(models, tx, before), grants),
            after: composed(after, me.role, grants),
          },
          [after._id],
        )
        return { ...(await shownIn(tx, me, after)), secret }
      })
    },

    delete: (call) =>
      access.changeOrganisation(call, async (tx, _me, organisation) => {
        const key = await existing(tx, call.params.key, organisation, tx.at)
        await apiKeys.deleteOne({ _id: key._id }, within(tx))
        tx.append(organisation, 'api_key.revoked', { key: named(key) }, [key._id])
        return undefined
      }),
  }
}

/**
 * Those that still have time, and have it until the newest choice at most. Not the last one alone: where that was lost
 * before anybody could take it, all programs have the one before it, and would be refused.
 */
function formerSecrets({ hash, ending, former }: ApiKeyDocument, at: Date, until: Date): FormerSecret[] {
  if (until <= at) return []
  const accepted = former.filter((one) => one.until > at)
  return [{ hash, ending, until }, ...accepted]
    .slice(0, maxFormer)
    .map((one) => (one.until < until ? one : { ...one, until }))
}

const secretOf = (secret: string) => ({ hash: hashOf(secret), ending: endingOf(secret) })

function expiresIn(tx: Tx, days: number | null) {
  if (days === null) return {}
  return { expiresAt: new Date(tx.at.getTime() + days * dayMs) }
}
