import { isBuiltIn, type Organisation, type RolecallEvent, type RoleId } from '@rolecall/contract'
import { RolecallError } from '../error.ts'
import { changeBy, changeOfRole, keptOf, type LiveOrganisation } from './organisation-change.ts'

/** An organisation as it is at `seq` of its log. */
export type ReadOrganisation = (
  organisation: string,
  signal: AbortSignal,
) => Promise<{ readonly organisation: Organisation; readonly seq: number }>

export interface OrganisationKeeper {
  /** Reads it unless that was done; errors are left to the next subscription. */
  read(): void
  reload(): void
  setRole(role: RoleId): void
  apply(event: RolecallEvent): void
  end(): void
}

/** Keeps one organisation exact: what was read holds at its `seq`, and what changed later is applied. */
export function createOrganisationKeeper(
  id: string,
  read: ReadOrganisation,
  changed: (organisation: LiveOrganisation) => void,
): OrganisationKeeper {
  let organisation: LiveOrganisation | undefined
  let role: RoleId | undefined
  let reading = 0
  const ending = new AbortController()
  /** While an answer is on its way, which may be older: what was heard meanwhile. */
  let heard: { readonly seq: number; readonly change: Partial<LiveOrganisation> }[] | undefined

  const show = (next: LiveOrganisation) => {
    organisation = next
    changed(next)
  }

  const load = async () => {
    const own = ++reading
    heard = []
    try {
      const { organisation: found, seq } = await read(id, ending.signal)
      if (own !== reading) return
      const changes = (heard ?? []).filter((one) => one.seq > seq).map(({ change }) => change)
      heard = undefined
      show(Object.assign(keptOf(found), ...changes, role === undefined ? {} : changeOfRole(role)))
    } catch (error) {
      // Access was lost, which the socket tells too, or the network was, and then it is read on reconnecting.
      if (!(error instanceof RolecallError) && !ending.signal.aborted) throw error
    }
  }

  return {
    read() {
      if (organisation === undefined) void load()
    },
    reload() {
      void load()
    },
    setRole(next) {
      role = next
      if (organisation === undefined || organisation.role === next) return
      show({ ...organisation, ...changeOfRole(next) })
      if (!isBuiltIn(next)) void load()
    },
    apply(event) {
      const change = changeBy(event, role ?? organisation?.role)
      if (change === undefined) return
      heard?.push({ seq: event.seq, change })
      if (organisation !== undefined) show({ ...organisation, ...change })
    },
    end() {
      reading++
      ending.abort()
    },
  }
}
