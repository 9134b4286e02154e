import type { Request } from 'express'
import { isLoopback } from '../address-group.ts'

/** By the connection itself. What a proxy on this machine passes on comes from elsewhere. */
export function isFromThisMachine({ socket, headers }: Pick<Request, 'socket' | 'headers'>): boolean {
  return (
    isLoopback(socket.remoteAddress ?? '') &&
    headers['x-forwarded-for'] === undefined &&
    headers.forwarded === undefined
  )
}
