/** Another product, which keeps in memory who may do what, and looks at once when it hears of something. */
import { createGuard } from '../../sdk/src/guard/index.ts'
import { Rolecall } from '../../sdk/src/index.ts'
import { argument, monotonicMs, serve } from './serve.ts'

export interface Question {
  readonly accounts: readonly string[]
  readonly organisation: string
  readonly permission: string
}

const { url, email, password } = JSON.parse(argument()) as { url: string; email: string; password: string }
const rolecall = new Rolecall({ baseUrl: url })
await rolecall.sessions.create({ email, password })
const guard = createGuard({ rolecall })

export interface Rate {
  readonly perSecond: number
  /** What one answer takes of the processor, in nanoseconds. */
  readonly cpuNs: number
}

/** How fast it is answered, one account after the other. */
function rateOf(seconds: number, accounts: readonly string[], isAllowed: (account: string) => boolean): Rate {
  const before = process.cpuUsage()
  const startedAt = monotonicMs()
  const endAt = startedAt + seconds * 1_000
  let answers = 0
  let allowed = 0
  while (monotonicMs() < endAt) {
    for (let round = 0; round < 1_000; round += 1) {
      for (const account of accounts) {
        answers += 1
        if (isAllowed(account)) allowed += 1
      }
    }
  }
  if (allowed !== answers) throw new Error('somebody was denied what they may')
  const { user, system } = process.cpuUsage(before)
  return {
    perSecond: (answers * 1_000) / (monotonicMs() - startedAt),
    cpuNs: ((user + system) * 1_000) / answers,
  }
}

let deniedAt: Promise<number> | undefined

serve(
  {
    ready: (organisation: string) => guard.ready(organisation),
    rate: ({ seconds, accounts, organisation, permission }: Question & { seconds: number }) =>
      rateOf(seconds, accounts, (account) => guard.can(account, organisation, permission)),
    /** The least that an answer from memory takes: two looks into maps. */
    bareRate({ seconds, accounts, organisation, permission }: Question & { seconds: number }) {
      const all = new Map([[organisation, new Map(accounts.map((account) => [account, new Set([permission])]))]])
      return rateOf(seconds, accounts, (account) => all.get(organisation)?.get(account)?.has(permission) === true)
    },
    /** Watches for the moment at which the account is denied, which `denied` tells. */
    watch({ accounts: [account = ''], organisation, permission }: Question) {
      deniedAt = new Promise((resolve) => {
        const stop = rolecall.live(organisation).on('event', () => {
          if (guard.can(account, organisation, permission)) return
          stop()
          resolve(monotonicMs())
        })
      })
    },
    denied: () => deniedAt,
  },
  async () => rolecall.close(),
)
