import { isLoopback } from '../address-group.ts'
import type { Config } from '../config.ts'

type Settings = Pick<Config, 'webhookLoopback' | 'host' | 'trustProxy' | 'publicUrl' | 'environment'>

/**
 * Whether webhooks may be posted to this machine itself. Without a setting only where everything says that the server
 * is there for whoever develops on this machine: elsewhere it would reach what listens there for nobody else.
 */
export function mayPostToLoopback({ webhookLoopback, host, trustProxy, publicUrl, environment }: Settings): boolean {
  if (webhookLoopback !== undefined) return webhookLoopback === 'on'
  const isOwn = host === 'localhost' || isLoopback(host)
  return isOwn && trustProxy === 0 && publicUrl === undefined && environment !== 'production'
}
