import { isBuiltIn, type Organisation } from '@rolecall/contract'
import type { RolecallError } from '../error.ts'
import type { List } from '../list.ts'
import type { Connection } from './connection.ts'
import type { ReadOrganisation } from './organisation.ts'
import { changeBy, changeOfRole, keptOf, type LiveOrganisation } from './organisation-change.ts'
import { retrying } from './retrying.ts'
import { createRowsView, type RowsSnapshot, type RowsView } from './rows-view.ts'

type OrganisationsStatus = 'loading' | 'live' | 'ended'
/** The personal one first, then in the order in which they were created. */
export type OrganisationsSnapshot = RowsSnapshot<LiveOrganisation, OrganisationsStatus>

/** One’s own organisations with one’s role in each, kept exact. Names follow where `live` watches the organisation. */
export interface OrganisationsView extends RowsView<LiveOrganisation, OrganisationsStatus> {
  close(): void
}

export interface OrganisationsSources {
  readonly connection: Connection
  readonly list: (signal: AbortSignal) => List<Organisation>
  readonly readOrganisation: ReadOrganisation
}

interface Entry {
  readonly row: LiveOrganisation
  /** The position in the organisation’s log up to which the row is right; 0 for a row of the list, which tells none. */
  readonly seq: number
}

/**
 * At each connection the list is read anew, since what happened in between was not heard. An organisation of which
 * something is heard while the list is on its way is read once more by itself: the list cannot tell which came first.
 */
export function createOrganisationsView({
  connection,
  list,
  readOrganisation,
}: OrganisationsSources): OrganisationsView {
  let entries = new Map<string, Entry>()
  const organisations = createRowsView<LiveOrganisation, OrganisationsStatus>()
  const toRead = new Set<string>()
  /** One’s own personal organisation, which the list names first. One may be a member of other people’s too. */
  let own: string | undefined
  let isBusy = false
  let reading: AbortController | undefined

  const show = (status: OrganisationsStatus) => {
    const rows = [...entries.values()].map(({ row }) => row)
    rows.sort((a, b) => Number(b.id === own) - Number(a.id === own) || (a.id < b.id ? -1 : 1))
    organisations.show(status, rows)
  }

  const readList = async (signal: AbortSignal) => {
    const found = new Map<string, Entry>()
    for await (const row of list(signal)) found.set(row.id, { row: keptOf(row), seq: 0 })
    own = found.values().next().value?.row.id
    return found
  }

  const read = async (anew: boolean) => {
    reading?.abort()
    reading = new AbortController()
    const { signal } = reading
    isBusy = true
    if (anew) toRead.clear()
    const next = anew ? await retrying(signal, isRefusal, () => readList(signal)) : entries
    // A set hands out what is added while it is walked: also what is heard of again meanwhile.
    for (const id of next === undefined ? [] : toRead) {
      toRead.delete(id)
      const found = await retrying(signal, isRefusal, () => readOrganisation(id, signal))
      if (signal.aborted) return
      if (found === undefined) next?.delete(id)
      else next?.set(id, { row: keptOf(found.organisation), seq: found.seq })
    }
    if (signal.aborted) return
    isBusy = false
    if (next === undefined) return
    entries = next
    show('live')
  }

  const heard = (id: string, seq: number, change: Partial<LiveOrganisation>) => {
    const entry = entries.get(id)
    if (entry !== undefined && seq > entry.seq) {
      entries.set(id, { row: { ...entry.row, ...change }, seq })
      show(organisations.view.status)
    }
    if (isBusy || entry === undefined) toRead.add(id)
    if (!isBusy && toRead.size > 0) void read(false)
  }

  const stops = [
    connection.on('access', ({ organisation, seq, role }) => {
      if (isBuiltIn(role)) return heard(organisation, seq, changeOfRole(role))
      // What a custom role is called is to be read.
      toRead.add(organisation)
      if (!isBusy) void read(false)
    }),
    connection.on('revoked', ({ organisation }) => {
      if (entries.delete(organisation)) show(organisations.view.status)
      if (isBusy) toRead.add(organisation)
    }),
    connection.on('event', (event) => {
      const change = changeBy(event, entries.get(event.log)?.row.role)
      if (change !== undefined) heard(event.log, event.seq, change)
    }),
    connection.on('connected', () => void read(true)),
  ]
  if (connection.isConnected()) void read(true)

  return Object.assign(organisations.view, {
    close() {
      reading?.abort()
      for (const stop of stops) stop()
      entries = new Map()
      show('ended')
    },
  })
}

const isRefusal = ({ status, code }: RolecallError): boolean => status >= 400 && status < 500 && code !== 'rate_limited'
