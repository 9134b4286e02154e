import { type Connection, type Model, Schema } from 'mongoose'
import { options } from '../database/document-options.ts'
import type { Actor } from '../log/tx.ts'

/** Where something of a repository points to: a branch or a tag by its whole name, `refs/heads/main`. */
export interface Ref {
  name: string
  /** The object’s name. */
  target: string
}

/** What the log says of a repository. What the repository is lies in its folder. */
export interface RepositoryDocument {
  /** Its application. */
  _id: string
  organisation: string
  /** As the events that were appended so far leave them. */
  refs: Ref[]
  /** Counts what was appended, so that of two who compare at the same time one compares again. */
  version: number
  /** What it took on disk when it was measured last; absent while nothing was pushed. */
  bytes?: number
  /** Chosen as default branch, and not in its HEAD yet. */
  chosenBranch?: string
  /** The application was deleted: a job removes the folder, and then this. */
  deletedAt?: Date
}

/**
 * A push that was let through, written before anything of the repository moves. It tells who it was, also to whoever
 * finds its effect after a crash, and is removed once the log has it.
 */
export interface PushDocument {
  _id: string
  application: string
  /** Without its kind it is an account. */
  actor: { kind?: Actor['kind']; id: string; name: string }
  updates: { ref: string; before?: string; after?: string }[]
  /** When it is looked after by a job. */
  dueAt: Date
  /** Its processes are over by then, whatever became of them and of this server. */
  endsBy: Date
}

const repositorySchema = new Schema<RepositoryDocument>(
  {
    _id: { type: String, required: true },
    organisation: { type: String, required: true },
    refs: {
      type: [
        new Schema(
          { name: { type: String, required: true }, target: { type: String, required: true } },
          { _id: false },
        ),
      ],
      required: true,
    },
    version: { type: Number, required: true },
    bytes: { type: Number },
    chosenBranch: { type: String },
    deletedAt: { type: Date },
  },
  options,
)
  .index({ organisation: 1 }, { name: 'organisation' })
  .index({ deletedAt: 1 }, { partialFilterExpression: { deletedAt: { $exists: true } }, name: 'deletedAt' })
  .index({ chosenBranch: 1 }, { partialFilterExpression: { chosenBranch: { $exists: true } }, name: 'chosenBranch' })

const pushSchema = new Schema<PushDocument>(
  {
    _id: { type: String, required: true },
    application: { type: String, required: true },
    actor: { type: new Schema({ kind: String, id: String, name: String }, { _id: false }), required: true },
    updates: { type: [new Schema({ ref: String, before: String, after: String }, { _id: false })], required: true },
    dueAt: { type: Date, required: true },
    endsBy: { type: Date, required: true },
  },
  options,
)
  .index({ application: 1, _id: 1 }, { name: 'application_id' })
  .index({ dueAt: 1 }, { name: 'dueAt' })

export interface RepositoryModels {
  readonly repositories: Model<RepositoryDocument>
  readonly pushes: Model<PushDocument>
}

export function models(connection: Connection): RepositoryModels {
  return {
    repositories: connection.model<RepositoryDocument>('Repository', repositorySchema, 'repositories'),
    pushes: connection.model<PushDocument>('Push', pushSchema, 'pushes'),
  }
}
