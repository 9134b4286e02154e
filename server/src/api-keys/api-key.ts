/** An API key as it is shown, and as events tell it. */
import type { ApiKey, EventData, RoleId } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import type { Grants } from '../access/grants.ts'
import { permittedTo, stateOf } from '../access/key-access.ts'
import type { ApiKeyDocument } from '../access/key-document.ts'
import { type Snapshot, within } from '../log/tx.ts'
import { hintOf } from './secret.ts'

type Composed = EventData<'api_key.updated'>['after']

/** As an event names it. */
export const named = ({ _id, name }: ApiKeyDocument) => ({ id: _id, name })

/** All that decides on it, as events tell it. `issuerRole` is what its issuer holds, undefined for no active member. */
export function composed(key: ApiKeyDocument, issuerRole: RoleId | undefined, grants: Grants): Composed {
  const { name, role, issuer, generation, former, expiresAt } = key
  const [latest, ...earlier] = former.map(({ until }) => until.toISOString())
  return {
    name,
    ...grants.record(role),
    issuer: { id: issuer.id, name: issuer.name, ...(issuerRole && grants.record(issuerRole)) },
    generation,
    ...(latest === undefined ? {} : { formerUntil: latest }),
    ...(earlier.length === 0 ? {} : { earlierUntil: earlier }),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
  }
}

/** Keys of one organisation as those see them who manage them. */
export async function shown(
  { memberships }: Pick<AccessModels, 'memberships'>,
  snapshot: Snapshot,
  keys: readonly ApiKeyDocument[],
  { grants, at }: { readonly grants: Grants; readonly at: Date },
): Promise<ApiKey[]> {
  const issuers = [...new Set(keys.map(({ issuer }) => issuer.id))]
  const organisations = [...new Set(keys.map(({ organisation }) => organisation))]
  const holding = await memberships
    .find(
      {
        organisation: trusted({ $in: organisations }),
        'account.id': trusted({ $in: issuers }),
        status: 'active',
      },
      { account: 1, role: 1 },
      within(snapshot),
    )
    .lean()
  return keys.map((key) => {
    const issuer = holding.find(({ account }) => account.id === key.issuer.id)
    return { ...facts(key, at), ...access(key, issuer, grants) }
  })
}

function access(key: ApiKeyDocument, issuer: { readonly role: RoleId } | undefined, grants: Grants) {
  const state = stateOf(key, issuer, grants)
  const permissions = [...(permittedTo(state)?.list ?? [])]
  const isWhole = permissions.length === state.role.permissions.length
  const status = permissions.length === 0 ? 'paused' : isWhole ? 'active' : 'narrowed'
  return { status, permissions } as const
}

function facts(key: ApiKeyDocument, at: Date) {
  const { _id, organisation, name, role, issuer, ending, former, createdAt, expiresAt, lastUsedAt } = key
  return {
    id: _id,
    organisation,
    name,
    role,
    issuer: { id: issuer.id, name: issuer.name },
    hint: hintOf(ending),
    formers: former
      .filter(({ until }) => until > at)
      .map((one) => ({ hint: hintOf(one.ending), expiresAt: one.until.toISOString() })),
    createdAt: createdAt.toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
  }
}
