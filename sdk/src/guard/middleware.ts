import { answerProblem, type ProblemAnswer } from '../answer-problem.ts'
import { type AccessTokens, KeysUnknown } from './access-tokens.ts'
import type { Decision, Followed } from './followed.ts'

/** Of a request of Express or `node:http`, what is used here. */
export interface GuardedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** What a route of Express has besides. One that needs more says so: `(request: express.Request) => …`. */
export interface RoutedRequest extends GuardedRequest {
  readonly params: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** Who asks, and where. */
export interface Caller {
  readonly account: string
  readonly organisation: string
}

export interface RequireOptions<Request> {
  /**
   * The id of the organisation that a request is about: `(request) => request.params.organisation`. Several, which
   * Express has for a `*wildcard`, are none.
   */
  readonly organisation: (request: Request) => string | readonly string[] | undefined
  /**
   * The id of the account that asks, where the app knows it by itself, as from a session of its own. Without this it is
   * that of the access token of Rolecall’s in `Authorization: Bearer`, which is verified.
   */
  readonly account?: (request: Request) => string | undefined | Promise<string | undefined>
}

// By default, since the compiler does not find it out from the place where a middleware stands.
export type RequirePermission = <Request extends GuardedRequest = RoutedRequest>(
  permission: string,
  options: RequireOptions<Request>,
) => (request: Request, response: ProblemAnswer, next: (error?: unknown) => void) => Promise<void>

interface Parts {
  readonly explain: (account: string, organisation: string, permission: string) => Decision
  readonly settled: (organisation: string) => ReturnType<Followed['settled']>
  readonly waitMs: number
  readonly tokensOf: (baseUrl: string) => AccessTokens
  readonly baseUrlFor: (organisation: string) => string | undefined
}

export function createMiddleware({ explain, settled, waitMs, tokensOf, baseUrlFor }: Parts) {
  const tokens = new Map<string, AccessTokens>()
  const callers = new WeakMap<object, Caller>()

  const bearerOf = async (token: string | undefined, baseUrl: string | undefined): Promise<string | undefined> => {
    if (token === undefined || baseUrl === undefined) return undefined
    const known = tokens.get(baseUrl) ?? tokensOf(baseUrl)
    tokens.set(baseUrl, known)
    return known.accountOf(token)
  }

  /** Whether one may, once the organisation has been read, or the time is over. */
  const decide = async (account: string, organisation: string, permission: string): Promise<Decision> => {
    const decision = explain(account, organisation, permission)
    // Who is out of touch may be so for long: then nobody is kept waiting.
    if (decision.reason !== 'loading') return decision
    let timer: ReturnType<typeof setTimeout> | undefined
    const waiting = settled(organisation)
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs)
    })
    await Promise.race([waiting.settled, late])
    waiting.stop()
    clearTimeout(timer)
    return explain(account, organisation, permission)
  }

  const requirePermission: RequirePermission = (permission, options) => async (request, response, next) => {
    try {
      const named = options.organisation(request)
      const organisation = typeof named === 'string' ? named : ''
      const [token, baseUrl] = [tokenIn(request), baseUrlFor(organisation)]
      const account = await (options.account === undefined ? bearerOf(token, baseUrl) : options.account(request))
      // Whose token it is can be told where somebody looks alone.
      if (options.account === undefined && token !== undefined && baseUrl === undefined) {
        return answerProblem(response, 'forbidden')
      }
      if (account === undefined) return answerProblem(response, 'unauthenticated')
      // A request about none is one that nobody may make.
      if (organisation === '') return answerProblem(response, 'forbidden')
      const { allowed, reason } = await decide(account, organisation, permission)
      if (!allowed) return answerProblem(response, isUnknown(reason) ? 'unavailable' : 'forbidden')
      callers.set(request, { account, organisation })
    } catch (error) {
      if (error instanceof KeysUnknown) return answerProblem(response, 'unavailable')
      return next(error)
    }
    next()
  }

  return { requirePermission, caller: (request: object) => callers.get(request) }
}

const tokenIn = ({ headers: { authorization } }: GuardedRequest): string | undefined =>
  /^Bearer +([\w.~+/=-]+)$/i.exec(typeof authorization === 'string' ? authorization : '')?.[1]

/** Whether it may be otherwise once the guard sees again. Where it is no member it knows as little as an outsider. */
const isUnknown = (reason: Decision['reason']): boolean =>
  reason === 'loading' || reason === 'stale' || reason === 'hidden'
