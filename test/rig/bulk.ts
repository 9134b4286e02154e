import type { Log } from '../../server/src/log/log.ts'
import type { Person } from './people.ts'

const atOnce = 500

/** Appends so many events to an organisation's log which only those see who may read its members. */
export async function appendHidden(
  log: Log,
  organisation: string,
  { account, member: id }: Person & { readonly member: string },
  count: number,
): Promise<void> {
  const { name, email } = account
  const member = { id, account: { id: account.id, name } }
  for (let made = 0; made < count; made += atOnce) {
    await log.change(
      { logs: [organisation] },
      async () => ({ actor: { kind: 'system', id: 'system', name: 'Test' } }),
      async (tx) => {
        for (let one = 0; one < Math.min(atOnce, count - made); one += 1) {
          tx.append(organisation, 'member.updated', { member, before: { name, email }, after: { name, email } })
        }
      },
    )
  }
}
