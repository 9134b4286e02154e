import type { App } from './app.ts'
import type { Config } from './config.ts'
import { mayPostToLoopback } from './webhooks/loopback.ts'

/** What somebody who has just typed `npm start` wants to know. */
export function startMessage(
  config: Pick<Config, 'publicUrl' | 'webhookLoopback' | 'host' | 'trustProxy' | 'environment'>,
  { url, database, repositories, mail }: App,
): string {
  const { publicUrl } = config
  const lines = [
    `Rolecall is ready: ${publicUrl ?? url}`,
    '',
    ...(publicUrl === undefined ? [] : [`  Listening  ${url}`]),
    `  Data       ${database.location}`,
    ...(database.embedded
      ? [
          '             in the embedded engine, which is for development and small single-process installations.',
          '             To use a MongoDB replica set: MONGODB_URI=mongodb://… npm start',
          '             To move these data there: npm run migrate -- --to mongodb://…',
        ]
      : []),
    `  Git        ${repositories}`,
    `  Mail       ${mail}`,
    ...(mayPostToLoopback(config)
      ? ['  Webhooks   may be posted to this machine itself; not so with WEBHOOK_LOOPBACK=off']
      : []),
    `  API        ${url}/openapi.json`,
    '  Stop       Ctrl-C',
  ]
  return `\n${lines.join('\n')}\n\n`
}
