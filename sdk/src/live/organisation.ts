import type { Organisation, RolecallEvent, RoleId } from '@rolecall/contract'
import { RolecallError } from '../error.ts'

/** An organisation as it is at `seq` of its log. */
export type ReadOrganisation = (
  organisation: string,
) => Promise<{ readonly organisation: Organisation; readonly seq: number }>

export interface OrganisationKeeper {
  /** Reads it unless that was done; errors are left to the next subscription. */
  read(): void
  reload(): void
  setRole(role: RoleId): void
  apply(event: RolecallEvent): void
  end(): void
}

/** Keeps one organisation’s name exact: what was read holds at its `seq`, and later renamings are applied. */
export function createOrganisationKeeper(
  id: string,
  read: ReadOrganisation,
  changed: (organisation: Organisation) => void,
): OrganisationKeeper {
  let organisation: Organisation | undefined
  let role: RoleId | undefined
  let renamed: { readonly seq: number; readonly name: string } | undefined
  let reading = 0

  const show = (next: Organisation) => {
    organisation = next
    changed(next)
  }

  const load = async () => {
    const own = ++reading
    try {
      const { organisation: found, seq } = await read(id)
      if (own !== reading) return
      const name = renamed !== undefined && renamed.seq > seq ? renamed.name : found.name
      show({ ...found, name, role: role ?? found.role })
    } catch (error) {
      // Access was lost, which the socket tells too, or the network was, and then it is read on reconnecting.
      if (!(error instanceof RolecallError)) throw error
    }
  }

  return {
    read() {
      if (organisation === undefined) void load()
    },
    reload() {
      renamed = undefined
      void load()
    },
    setRole(next) {
      role = next
      if (organisation !== undefined && organisation.role !== next) show({ ...organisation, role: next })
    },
    apply(event) {
      if (event.type !== 'organisation.renamed') return
      renamed = { seq: event.seq, name: event.data.after.name }
      if (organisation !== undefined) show({ ...organisation, name: renamed.name })
    },
    end() {
      reading++
    },
  }
}
