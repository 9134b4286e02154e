/**
 * `/dev/mail`: the mails that were written into files, for whoever develops on this machine. They hold tokens, so it
 * exists only where nobody else can be asking: outside production, without a proxy that is trusted, for peers of this
 * machine who mean this machine (a page elsewhere can have its name resolve to 127.0.0.1), and for no other page.
 */
import { problem } from '@rolecall/contract'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import type { Config } from '../config.ts'
import type { MailFiles, StoredMail } from '../mail/files.ts'
import { escaped } from '../mail/render.ts'
import { isFromThisMachine } from './this-machine.ts'

const shownAtOnce = 200

/** Whether mails that are in files are shown. */
export function hasDevMail({ environment, trustProxy }: Pick<Config, 'environment' | 'trustProxy'>): boolean {
  return environment !== 'production' && trustProxy === 0
}

/** Nothing where mails are sent, in production, and behind a proxy. */
export function createDevMail(
  files: MailFiles | undefined,
  config: Pick<Config, 'environment' | 'trustProxy'>,
): Router {
  const router = express.Router({ caseSensitive: true, strict: true })
  if (files === undefined || !hasDevMail(config)) return router

  router.use('/dev/mail', refuseOthers)

  router.get('/dev/mail', async (request, response) => {
    response.locals.route = '/dev/mail'
    const mails = await files.list(shownAtOnce)
    if (wantsPage(request)) sendPage(response, 'Mails', listOf(mails))
    else response.json({ data: mails })
  })

  router.get('/dev/mail/:mail', async (request, response) => {
    response.locals.route = '/dev/mail/:mail'
    const mail = await files.read(request.params.mail)
    if (mail === undefined) throw problem('not_found')
    if (wantsPage(request)) sendPage(response, mail.subject, shown(mail))
    else response.json(mail)
  })

  router.get('/dev/mail/:mail/html', async (request, response) => {
    response.locals.route = '/dev/mail/:mail/html'
    const mail = await files.read(request.params.mail)
    if (mail === undefined) throw problem('not_found')
    // As a mail program shows it: with its own styles, and nothing else.
    response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups")
    response.type('html').send(mail.html)
  })

  return router
}

const refuseOthers: RequestHandler = (request, _response, next) => {
  const isMeant = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')
  const site = request.get('Sec-Fetch-Site') ?? 'none'
  const isOwnPage = (site === 'none' || site === 'same-origin') && request.get('Origin') === undefined
  // A link from a page elsewhere may be followed: that page does not see what it leads to.
  const isFollowed = request.get('Sec-Fetch-Mode') === 'navigate'
  if (!isFromThisMachine(request) || !isMeant || !(isOwnPage || isFollowed)) throw problem('not_found')
  next()
}

const wantsPage = (request: Request): boolean => request.accepts(['json', 'html']) === 'html'

function sendPage(response: Response, title: string, body: string): void {
  response
    .type('html')
    .send(`<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>\n${body}</html>\n`)
}

function listOf(mails: readonly StoredMail[]): string {
  const rows = mails.map(
    ({ id, date, to, subject }) =>
      `<tr><td>${escaped(date)}<td>${escaped(to)}<td><a href="/dev/mail/${id}">${escaped(subject)}</a>\n`,
  )
  const table = `<table><tr><th>Date<th>To<th>Subject\n${rows.join('')}</table>`
  return `<h1>Mails</h1>\n<p>Without SMTP_URL they are not sent, but written into files.</p>\n${mails.length === 0 ? '<p>None yet.</p>' : table}\n`
}

function shown({ id, date, to, subject, text }: StoredMail): string {
  const linked = escaped(text).replace(/^https?:\S+$/gm, '<a href="$&">$&</a>')
  return `<p><a href="/dev/mail">All mails</a> · <a href="/dev/mail/${id}/html">As HTML</a></p>
<h1>${escaped(subject)}</h1>
<p>To ${escaped(to)}, ${escaped(date)}</p>
<pre>${linked}</pre>
`
}
