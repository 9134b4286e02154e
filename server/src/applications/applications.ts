import { isDeepStrictEqual } from 'node:util'
import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import { duplicateKeyOf } from '../database/duplicate-key.ts'
import type { Handlers } from '../http/call.ts'
import { newId } from '../ids.ts'
import type { ListCursors } from '../list-cursor.ts'
import { within } from '../log/tx.ts'
import { nameKey } from '../organisations/names.ts'
import type { RepositoryModels } from '../repositories/documents.ts'
import { wordsOf } from '../words.ts'
import { existing, named, shown } from './application.ts'
import type { ApplicationDocument, ApplicationModels } from './documents.ts'
import { listApplications } from './list.ts'

interface Parts {
  readonly models: ApplicationModels & Pick<RepositoryModels, 'repositories'>
  readonly access: Access
  readonly cursors: ListCursors
}

const maxApplications = 1_000

export function createApplications({ models, access, cursors }: Parts): Handlers<'applications'> {
  const { applications, repositories } = models

  return {
    list: (call) =>
      access.readOrganisation(call, (snapshot, { organisation }) =>
        listApplications(models, snapshot, organisation, cursors, call.query),
      ),

    create: (call) =>
      access.changeOrganisation(call, async (tx, _me, organisation) => {
        const count = await applications.countDocuments({ organisation }, within(tx))
        if (count >= maxApplications) {
          throw problem('application_limit', { detail: `There can be ${maxApplications}. Delete one first.` })
        }
        const application: ApplicationDocument = {
          _id: newId('app'),
          organisation,
          ...composed(call.body),
          createdAt: tx.at,
        }
        await applications.create([application], within(tx)).catch(refuseTakenName)
        await repositories.create([{ _id: application._id, organisation, refs: [], version: 0 }], within(tx))
        const { description } = application
        tx.append(organisation, 'application.created', { application: { ...named(application), description } })
        return shown(application)
      }),

    read: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation }) =>
        shown(await existing(models, snapshot, call.params.application, organisation)),
      ),

    update: (call) =>
      access.changeOrganisation(call, async (tx, _me, organisation) => {
        const application = await existing(models, tx, call.params.application, organisation)
        const { name = application.name, description = application.description } = call.body
        const changed: ApplicationDocument = { ...application, ...composed({ name, description }) }
        if (isDeepStrictEqual(changed, application)) return shown(application)
        const { _id, ...content } = changed
        await applications.updateOne({ _id }, { $set: content }, within(tx)).catch(refuseTakenName)
        tx.append(organisation, 'application.updated', {
          application: named(changed),
          before: described(application),
          after: described(changed),
        })
        return shown(changed)
      }),

    delete: (call) =>
      access.changeOrganisation(call, async (tx, _me, organisation) => {
        const application = await existing(models, tx, call.params.application, organisation)
        const { _id } = application
        await applications.deleteOne({ _id }, within(tx))
        // Its folder is no matter for a transaction: a job removes it.
        await repositories.updateOne({ _id }, { $set: { deletedAt: tx.at } }, within(tx))
        tx.append(organisation, 'application.deleted', { application: named(application) })
        return undefined
      }),
  }
}

function composed(typed: { readonly name: string; readonly description: string }) {
  const [name, description] = [typed.name.trim(), typed.description.trim()]
  const key = nameKey(name)
  if (key === '') {
    const message = 'must have a visible character'
    throw problem('invalid_request', { detail: `name ${message}.`, errors: [{ path: 'name', message }] })
  }
  return { name, nameKey: key, description, search: wordsOf(`${name} ${description}`) }
}

function described({ name, description }: ApplicationDocument) {
  return { name, description }
}

function refuseTakenName(error: unknown): never {
  throw duplicateKeyOf(error) === 'organisation_nameKey' ? problem('application_name_taken') : error
}
