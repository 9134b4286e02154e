import { join, resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import type { Sender } from './delivery.ts'
import type { MailModels } from './documents.ts'
import { createEnvelopes } from './envelope.ts'
import { createMailFiles, type MailFiles } from './files.ts'
import type { Link, MailKind } from './letters.ts'
import { createMails, type Mails } from './outbox.ts'
import { createMailQuotas, noQuotas } from './quotas.ts'
import { createSmtp } from './smtp.ts'
import { createMailWorker, type MailWorker, type Resolve } from './worker.ts'

export interface Mail {
  readonly mails: Mails
  /** Not started yet: links need the server's address. */
  createWorker(resolvers: Partial<Readonly<Record<MailKind, Resolve>>>): MailWorker
  /** Where mails go, for people. */
  readonly destination: string
  /** Where mails go without SMTP_URL. */
  readonly files: MailFiles | undefined
}

/** `origin` is asked when a mail is sent: where the server's pages are. */
export async function createMail({
  config,
  models,
  secretKey,
  origin,
  now,
  logger,
}: {
  config: Pick<Config, 'smtpUrl' | 'mailFrom' | 'publicUrl' | 'dataDir' | 'rateLimits'>
  models: MailModels
  secretKey: string
  origin: () => string
  now: Clock
  logger: Logger
}): Promise<Mail> {
  const envelopes = createEnvelopes(secretKey)
  const count = config.rateLimits === 'on' ? createMailQuotas(models, secretKey) : noQuotas
  const from = config.mailFrom ?? defaultSender(config.publicUrl)
  const files =
    config.smtpUrl === undefined ? await createMailFiles(join(resolve(config.dataDir), 'mail'), from) : undefined
  const delivery = files ?? (await createSmtp(config.smtpUrl ?? '', from))
  const link: Link = (page, token) => `${origin()}${page}${token === undefined ? '' : `#token=${token}`}`
  return {
    mails: createMails({ models, envelopes, count }),
    createWorker: (resolvers) => createMailWorker({ models, envelopes, delivery, resolvers, link, now, logger }),
    destination: delivery.destination,
    files,
  }
}

function defaultSender(publicUrl: string | undefined): Sender {
  return {
    name: 'Rolecall',
    address: `no-reply@${publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname}`,
  }
}
