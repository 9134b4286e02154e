import type { RolecallEvent } from '@rolecall/contract'
import type { EventDocument } from '../log/documents.ts'
import { show } from '../log/read.ts'

/** An event as it is pushed. Its data were checked against its type's schema when it was appended. */
export const pushed = (event: EventDocument) => show(event) as RolecallEvent
