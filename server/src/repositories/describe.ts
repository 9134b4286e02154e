import type { EventData } from '@rolecall/contract'
import type { Change } from './changes.ts'
import type { Ref } from './documents.ts'
import { type Git, GitError } from './git.ts'
import { countCommits, isAncestor, readCommits } from './refs.ts'

type Described =
  | { readonly type: 'repository.pushed'; readonly data: Omit<EventData<'repository.pushed'>, 'application'> }
  | { readonly type: 'repository.tagged'; readonly data: Omit<EventData<'repository.tagged'>, 'application'> }

const heads = 'refs/heads/'
const nothing = { commits: [], count: 0 }

/**
 * Changes as events tell them.
 * @param known where everything pointed to before: a new branch brings what none of it has reached
 */
export async function describe(
  git: Git,
  path: string,
  known: readonly Ref[],
  changes: readonly Change[],
): Promise<Described[]> {
  const described: Described[] = []
  for (const change of changes) {
    const { ref, before = null, after = null } = change
    if (!ref.startsWith(heads)) {
      described.push({ type: 'repository.tagged', data: { before, after, tag: ref.replace(/^refs\/tags\//, '') } })
      continue
    }
    const others = before === null ? known.map(({ target }) => target) : [before]
    const commits = after === null ? nothing : await brought(git, path, after, others)
    const forced = before !== null && after !== null && !(await isAncestor(git, path, before, after).catch(isUnknown))
    described.push({
      type: 'repository.pushed',
      data: { before, after, branch: ref.slice(heads.length), forced, ...commits },
    })
  }
  return described
}

async function brought(git: Git, path: string, from: string, others: readonly string[]) {
  try {
    const reached = { from, others }
    return { commits: await readCommits(git, path, reached), count: await countCommits(git, path, reached) }
  } catch (error) {
    return none(error)
  }
}

// What it was about may be gone again, as by the next push: that it happened is told all the same.
function none(error: unknown): typeof nothing {
  if (error instanceof GitError) return nothing
  throw error
}

function isUnknown(error: unknown): boolean {
  if (error instanceof GitError) return true
  throw error
}
