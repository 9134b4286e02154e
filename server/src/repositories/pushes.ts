import { ProblemError, problem } from '@rolecall/contract'
import { unprintable } from '@rolecall/contract/schemas'
import type { Access } from '../access/access.ts'
import type { GitPrincipal } from '../access/principal.ts'
import { existing } from '../applications/application.ts'
import type { ApplicationModels } from '../applications/documents.ts'
import type { Clock } from '../clock.ts'
import { newId } from '../ids.ts'
import type { Actor } from '../log/tx.ts'
import type { PushDocument, RepositoryModels } from './documents.ts'
import type { Arrival, Update } from './hooks.ts'
import type { Space } from './space.ts'

export interface Push {
  /** Answers why it may not be done; undefined where it may. */
  decide(arrival: Arrival): Promise<string | undefined>
  /** Once its processes are over: whether it was let through, and there may be something to record. */
  wasAllowed(): boolean
  /** Forgets it, once what became of it is recorded. */
  forget(): Promise<void>
  /** Gives back the place that it took, whatever became of it, and has what is there measured. */
  giveBack(): Promise<void>
}

interface Parts {
  readonly models: RepositoryModels & ApplicationModels
  readonly access: Pick<Access, 'readOrganisation'>
  readonly now: Clock
  readonly space: Pick<Space, 'take' | 'measure'>
  readonly defaultBranchOf: (application: string) => Promise<string>
  /** A push takes at most so long. */
  readonly timeoutMs: number
}

/** Branches and tags of a repository: all of them stand in one document. */
const maxRefs = 2_000
const maxNameLength = 250
/** A job looks after a push for the first time when most are over. */
const dueAfterMs = 60_000
/** For processes that outlive a server which was killed. */
export const graceMs = 60_000

/** A push that has begun: at its end it is asked again, and for what it really does, whether it may. */
export function beginPush(
  { models, access, now, space, defaultBranchOf, timeoutMs }: Parts,
  request: {
    readonly principal: GitPrincipal
    readonly organisation: string
    readonly application: string
    /** Aborted once it may not go on. */
    readonly signal: AbortSignal
  },
): Push {
  const { repositories, pushes } = models
  const { principal, organisation, application, signal } = request
  let allowed: string | undefined
  let isOver = false
  let release: (() => void) | undefined

  /** As of now, whatever held when it began. Answers who it is. */
  async function authorise(updates: readonly Update[]): Promise<Actor> {
    // Of an API key the time is asked with all else.
    const isExpired = principal.kind === 'token' && principal.expiresAt <= now()
    if (signal.aborted || isExpired) {
      throw problem('unauthenticated', { detail: 'Your access has ended while you were pushing.' })
    }
    const call = { principal, params: { organisation }, permission: 'repository:write' } as const
    const { body } = await access.readOrganisation(call, async (snapshot, me) => {
      await existing(models, snapshot, application, organisation)
      if (updates.some(({ forced }) => forced) && !me.permissions.has('repository:force')) {
        throw problem('forbidden', {
          detail:
            'Force-pushing, moving tags and deleting need the permission repository:force, which your role does not have.',
        })
      }
      return me.actor
    })
    return body
  }

  async function checkRefs(updates: readonly Update[]): Promise<void> {
    const odd = updates.find(({ ref }) => !isOrdinary(ref))
    if (odd !== undefined) throw problem('invalid_request', { detail: 'Only branches and tags can be pushed here.' })
    const repository = await repositories.findById(application, { refs: 1 }).lean()
    const added = updates.filter(({ before }) => before === undefined).length
    if ((repository?.refs.length ?? 0) + added > maxRefs) {
      throw problem('invalid_request', { detail: `A repository can have ${maxRefs} branches and tags.` })
    }
  }

  /** Git would refuse it too, and advise whoever pushes to configure the server. */
  async function checkDefault(updates: readonly Update[]): Promise<void> {
    const deleted = updates.filter(({ after }) => after === undefined).map(({ ref }) => ref)
    if (deleted.length === 0) return
    const name = await defaultBranchOf(application)
    if (!deleted.includes(`refs/heads/${name}`)) return
    throw problem('invalid_request', {
      detail: `${name} is the default branch and cannot be deleted. Choose another one on the application’s page first.`,
    })
  }

  async function keep({ kind, id, name }: Actor, updates: readonly Update[]): Promise<void> {
    const at = now().getTime()
    const push: PushDocument = {
      _id: newId('psh'),
      application,
      actor: { kind, id, name },
      updates: updates.map(({ ref, before, after }) => ({
        ref,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      })),
      dueAt: new Date(at + dueAfterMs),
      endsBy: new Date(at + timeoutMs + graceMs),
    }
    await pushes.create([push])
    allowed = push._id
  }

  async function forget(): Promise<void> {
    if (allowed !== undefined) await pushes.deleteOne({ _id: allowed })
  }

  async function take(bytes: number): Promise<void> {
    release = await space.take(organisation, application, bytes)
    // It was cut while it was asked for: nobody else gives it back.
    if (isOver) await giveBack()
  }

  async function giveBack(): Promise<void> {
    isOver = true
    if (release === undefined && allowed === undefined) return
    release?.()
    release = undefined
    await space.measure(application)
  }

  async function decide({ updates, bytes }: Arrival): Promise<void> {
    const actor = await authorise(updates)
    await checkRefs(updates)
    await checkDefault(updates)
    const isMore = updates.some(({ after }) => after !== undefined)
    if (isMore) await take(bytes)
    await keep(actor, updates)
    try {
      // Once more, as late as can be: all that takes time lies behind it.
      await authorise(updates)
    } catch (error) {
      await forget()
      allowed = undefined
      throw error
    }
  }

  return {
    async decide(arrival) {
      try {
        await decide(arrival)
        return undefined
      } catch (error) {
        if (error instanceof ProblemError) return error.message
        throw error
      }
    },
    wasAllowed: () => allowed !== undefined,
    forget,
    giveBack,
  }
}

/** Names that are not UTF-8 would be read alike, and changes of one taken for those of another. */
export function isOrdinary(ref: string): boolean {
  return (
    /^refs\/(heads|tags)\/./.test(ref) &&
    ref.length <= maxNameLength &&
    !unprintable.test(ref) &&
    !ref.includes('\ufffd')
  )
}
