import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { simpleParser } from 'mailparser'
import { mongo } from 'mongoose'
import { mailTo } from './rig/mailbox.ts'
import { anOrganisation, apiOf, signUp, unique } from './rig/people.ts'
import { startServerProcess } from './rig/process.ts'
import { startServer, type TestServer } from './rig/server.ts'
import { logged, loggedLines } from './rig/server-log.ts'
import { aMailServer, type MailServer } from './rig/smtp.ts'
import { untilNone } from './rig/until-none.ts'

const anAddress = () => `${unique('reader').replace(' ', '-')}@example.com`

/** What waits in the outbox of a server. */
const outboxOf = ({ app }: TestServer) => app.connection.collection('mails')

/** Queues mails as a change does. */
async function mailsOf({ app, config }: TestServer) {
  const [{ createMails }, { createEnvelopes }, { noQuotas }, { models }, { readSecretKey }] = await Promise.all([
    import('../server/src/mail/outbox.ts'),
    import('../server/src/mail/envelope.ts'),
    import('../server/src/mail/quotas.ts'),
    import('../server/src/mail/documents.ts'),
    import('../server/src/secret.ts'),
  ])
  const envelopes = createEnvelopes(readSecretKey(config))
  return createMails({ models: models(app.connection), envelopes, count: noQuotas })
}

const actor = { kind: 'system', id: 'system', name: 'Rolecall' } as const

describe('a mail', () => {
  let smtp: MailServer
  let server: TestServer
  before(async () => {
    smtp = await aMailServer({ refuse: (recipient) => (recipient.startsWith('nobody') ? 550 : undefined) })
    server = await startServer({ env: smtp.env })
  })
  after(async () => {
    await server.close()
    await smtp.close()
  })

  it('is sent through SMTP_URL, from MAIL_FROM, as plain text and as HTML', async () => {
    const { email } = await signUp({ url: server.url })
    const { parsed, recipients, link } = await smtp.next(email)
    expect(recipients).to.deep.equal([email])
    expect(parsed.from?.value).to.deep.equal([{ name: 'Rolecall', address: 'rolecall@example.com' }])
    expect(parsed.subject).to.equal('Confirm your email address')
    expect(parsed.messageId).to.match(/^<mal_[0-9a-z]{26}@example\.com>$/)
    expect(parsed.headers.get('auto-submitted')).to.equal('auto-generated')
    expect(link).to.match(/#token=rvt_[\w-]{43}$/)
    expect(link.startsWith(`${server.url}/verify-email#`)).to.equal(true)
    expect(parsed.html).to.contain(`href="${link}"`)
  })

  it('holds nothing that somebody has written when its address is not confirmed', async () => {
    const name = unique('Cheap pills at http://evil.example')
    const { email } = await signUp({ url: server.url, name })
    const { parsed } = await smtp.next(email)
    expect(`${parsed.subject}${parsed.text}${parsed.html}`).not.to.match(/pills|evil/)
  })

  it('E48 leaves neither its address nor its token in the log', async () => {
    const { email } = await signUp({ url: server.url })
    const { token, parsed } = await smtp.next(email)
    const id = parsed.messageId?.slice(1, 31) ?? ''
    await logged(new RegExp(`${id}.*a mail was sent`))
    expect(loggedLines().filter((line) => line.includes(email) || line.includes(token))).to.deep.equal([])
  })

  it('goes to one recipient whatever an address or a name holds', async () => {
    const { createSmtp } = await import('../server/src/mail/smtp.ts')
    const { deliver } = await createSmtp(smtp.url, { name: 'Ada\r\nBcc: eve@example.com', address: 'a@example.com' })
    const to = 'one,two@example.com'
    const subject = 'Hello\r\nBcc: eve@example.com\r\n\r\nEvil'
    const parts = { text: 'Hello\r\n.\r\nMAIL FROM:<eve@example.com>\r\n', html: '<p>Hello</p>' }
    const mail = { id: 'mal_1', kind: 'invitation', to, date: new Date(), subject, ...parts } as const
    await deliver(mail, new AbortController().signal)
    // As SMTP writes it.
    const { parsed, recipients, raw } = await smtp.next('"one,two"@example.com')
    expect(recipients).to.have.lengthOf(1)
    expect([parsed.bcc, parsed.cc]).to.deep.equal([undefined, undefined])
    expect(raw.split('\r\n').filter((line) => /^bcc/i.test(line))).to.deep.equal([])
    expect(parsed.text).to.contain('MAIL FROM:<eve@example.com>')
    const refused = await deliver(
      { ...mail, to: 'a@b>\r\nRCPT TO:<eve@example.com' },
      new AbortController().signal,
    ).catch((error: Error) => error.name)
    expect(refused).to.equal('Refused')
    expect(smtp.received.flatMap((one) => one.recipients)).not.to.include('eve@example.com')
  })

  it('shows names in quotes that no mail program makes links of', async () => {
    const organisation = await anOrganisation({ url: server.url, organisation: 'Win at https://evil.example/now' })
    const email = anAddress()
    const path = `/organisations/${organisation.id}/invitations`
    expect((await organisation.admin.api('POST', path, { email, role: 'developer' })).status).to.equal(201)
    const { parsed } = await smtp.next(email)
    expect(parsed.text).to.contain('Win at')
    expect(`${parsed.subject}${parsed.text}${parsed.html}`).not.to.match(/https:\/\/evil|evil\.example/)
  })

  it('is given up when its recipient is refused for good', async () => {
    const { email } = await signUp({ url: server.url, email: `nobody-${anAddress()}` })
    await logged(/"responseCode":550.*a mail is given up/)
    const { email: other } = await signUp({ url: server.url })
    await smtp.next(other)
    expect(smtp.received.some(({ recipients }) => recipients.includes(email))).to.equal(false)
  })

  it('E51 comes once from a change that runs twice, and not at all from one that fails', async () => {
    const mails = await mailsOf(server)
    const [to, never] = [anAddress(), anAddress()]
    const queue = (address: string, outcome: (run: number) => void) => {
      let run = 0
      return server.app.log.change(
        {},
        async () => ({ actor }),
        async (tx) => {
          run += 1
          await mails.queue(tx, { to: address, kind: 'password_changed', data: {} })
          outcome(run)
          return run
        },
      )
    }
    const conflict = new mongo.MongoServerError({ message: 'conflict', code: 112 })
    conflict.addErrorLabel('TransientTransactionError')
    await queue(never, () => {
      throw new Error('refused')
    }).catch(() => undefined)
    const { body: runs } = await queue(to, (run) => {
      if (run === 1) throw conflict
    })
    expect(runs).to.equal(2)
    await smtp.next(to)
    const last = anAddress()
    await queue(last, () => undefined)
    await smtp.next(last)
    const recipients = smtp.received.flatMap((one) => one.recipients)
    expect(recipients.filter((one) => one === to)).to.have.lengthOf(1)
    expect(recipients).not.to.include(never)
  })

  it('is sent once by several nodes that share an outbox', async () => {
    const [{ createMailWorker }, { createEnvelopes }, { models }, { readSecretKey }, { createLogger }] =
      await Promise.all([
        import('../server/src/mail/worker.ts'),
        import('../server/src/mail/envelope.ts'),
        import('../server/src/mail/documents.ts'),
        import('../server/src/secret.ts'),
        import('../server/src/logger.ts'),
      ])
    const own = await startServer()
    const mails = await mailsOf(own)
    const sent: string[] = []
    let done: () => void = () => undefined
    const all = new Promise<void>((resolve) => {
      done = resolve
    })
    const parts = {
      models: models(own.app.connection),
      envelopes: createEnvelopes(readSecretKey(own.config)),
      resolvers: {},
      link: () => '',
      now: () => new Date(),
      logger: createLogger('silent'),
    }
    const deliver = async ({ to }: { to: string }) => {
      if (!to.startsWith('mass')) return
      sent.push(to)
      if (sent.length === 60) done()
    }
    const workers = [1, 2, 3].map(() => createMailWorker({ ...parts, delivery: { destination: '', deliver } }))
    const addresses = Array.from({ length: 60 }, (_, number) => `mass-${number}@example.com`)
    // Only the workers of this test: the server's own would take some.
    await own.app.log.change(
      {},
      async () => ({ actor }),
      async (tx) => {
        for (const to of addresses) await mails.queue(tx, { to, kind: 'password_changed', data: {} })
        for (const worker of workers) worker.start()
      },
    )
    await Promise.race([all, untilEmpty(own)])
    await Promise.all(workers.map((worker) => worker.stop()))
    const files = (await readdir(join(own.dataDir, 'mail'))).filter((name) => name.endsWith('.json'))
    expect(new Set(sent).size).to.equal(sent.length)
    expect(sent.length + files.length).to.equal(60)
    await own.close()
  })
})

/** Resolves once nothing waits in the outbox: the last one is deleted after it was sent. */
const untilEmpty = (server: TestServer): Promise<void> => untilNone(outboxOf(server))

describe('a mail server that is away', () => {
  let now = Date.now()
  const later = (ms: number) => {
    now += ms
  }
  const minuteMs = 60_000

  async function aServerWithout(env = {}) {
    const smtp = await aMailServer()
    await smtp.close()
    const server = await startServer({ env: { ...smtp.env, ...env }, now: () => new Date(now) })
    return { server, port: smtp.port }
  }

  it('is tried again until it is back, and the mail lies sealed meanwhile', async () => {
    const { server, port } = await aServerWithout()
    const { email, api } = await signUp({ url: server.url })
    const [waiting] = await outboxOf(server).find().toArray()
    expect(waiting).to.have.property('kind', 'email_verification')
    expect(JSON.stringify(waiting)).not.to.match(/@|rvt_|token/)
    await logged(new RegExp(`${waiting?._id}.*a mail could not be sent yet`))
    const smtp = await aMailServer({ port })
    later(minuteMs)
    const { token } = await smtp.next(email)
    expect((await api('POST', '/account/email/verify', { token })).status).to.equal(204)
    await server.close()
    await smtp.close()
  })

  it('that takes a mail and does not say so gets it again, with the same Message-ID', async () => {
    let failures = 1
    const smtp = await aMailServer({ fail: () => (failures-- > 0 ? 451 : undefined) })
    const server = await startServer({ env: smtp.env, now: () => new Date(now) })
    const { email } = await signUp({ url: server.url })
    const first = await smtp.next(email)
    await logged(new RegExp(`${first.parsed.messageId?.slice(1, 31)}.*"responseCode":451.*could not be sent yet`))
    later(minuteMs)
    const second = await smtp.next(email)
    expect(second.parsed.messageId).to.equal(first.parsed.messageId)
    expect(second.token).to.equal(first.token)
    expect(second.parsed.date).to.deep.equal(first.parsed.date)
    await server.close()
    await smtp.close()
  })

  it('is given up on when nobody needs the mail any more', async () => {
    const { server } = await aServerWithout()
    await signUp({ url: server.url })
    const [waiting] = await outboxOf(server).find().toArray()
    await logged(new RegExp(`${waiting?._id}.*a mail could not be sent yet`))
    later(3 * 24 * 60 * minuteMs)
    await logged(new RegExp(`${waiting?._id}.*a mail is given up`))
    await untilEmpty(server)
    await server.close()
  })

  it('is tried after 5 s, and then less and less often, up to four hours', async () => {
    const { backoffMs } = await import('../server/src/mail/worker.ts')
    const bounds = (attempts: number) => Array.from({ length: 100 }, () => backoffMs(attempts) / 1_000)
    for (const [attempts, seconds] of [
      [1, 5],
      [2, 10],
      [5, 80],
      [12, 10_240],
      [13, 14_400],
      [2_000, 14_400],
    ] as const) {
      for (const waited of bounds(attempts)) expect(waited).to.be.within(seconds * 0.75, seconds * 1.25)
    }
  })

  it('that hangs in the middle of more mails than are sent at once does not keep the server from stopping', async () => {
    const atOnce = 4
    let hanging = 0
    let allHang: () => void = () => undefined
    const full = new Promise<void>((resolve) => {
      allHang = resolve
    })
    const smtp = await aMailServer({
      hang: () => {
        hanging += 1
        if (hanging === atOnce) allHang()
        return true
      },
    })
    const server = await startServerProcess({ env: smtp.env })
    await Promise.all(Array.from({ length: atOnce + 2 }, () => signUp({ url: server.url })))
    await full
    expect(await server.kill('SIGTERM'), server.output().stdout).to.equal(0)
    expect(hanging, 'no further mail was begun').to.equal(atOnce)
    await smtp.close()
  })

  it('E37 costs no mail that a server had queued when it was killed', async function () {
    // It may die while it tries to send it: then the next one does once the lease is over, after two minutes.
    this.timeout(300_000)
    const away = await aMailServer()
    await away.close()
    const env = { ...away.env, MONGODB_URI: '' }
    const first = await startServerProcess({ env })
    const { email, session } = await signUp({ url: first.url })
    await first.kill()
    const smtp = await aMailServer({ port: away.port })
    const second = await startServerProcess({ env, dataDir: first.dataDir })
    const { token } = await smtp.next(email)
    const api = apiOf(second.url, session.accessToken)
    expect((await api('POST', '/account/email/verify', { token })).status).to.equal(204)
    await second.kill()
    await smtp.close()
  })
})

describe('mails to one address', () => {
  it('are few, whoever asks for them, and more again later', async () => {
    let now = Date.now()
    const server = await startServer({ env: { RATE_LIMITS: 'on' }, now: () => new Date(now) })
    const { api, email } = await signUp({ url: server.url })
    const ask = () => api('POST', '/account/email/verification')
    const statuses: number[] = []
    for (let count = 0; count < 5; count += 1) statuses.push((await ask()).status)
    expect(statuses).to.deep.equal([202, 202, 202, 202, 429])
    const refused = await ask()
    expect([refused.body.code, refused.headers.get('Retry-After')]).to.deep.equal(['rate_limited', '3600'])
    const reset = () => apiOf(server.url)('POST', '/password-resets', { email: email.toUpperCase() })
    for (let count = 0; count < 8; count += 1) expect((await reset()).status).to.equal(202)
    await untilEmpty(server)
    const files = await readdir(join(server.dataDir, 'mail'))
    expect(files.filter((name) => name.endsWith('.json'))).to.have.lengthOf(10)
    now += 60 * 60 * 1_000
    expect((await apiOf(server.url)('POST', '/password-resets', { email })).status).to.equal(202)
    await untilEmpty(server)
    expect((await readdir(join(server.dataDir, 'mail'))).filter((name) => name.endsWith('.json'))).to.have.lengthOf(11)
    await server.close()
  })
})

describe('mails that reset a password', () => {
  it('come in every hour of a day in which strangers have asked for as many as they could', async () => {
    let now = Date.now()
    const server = await startServer({ env: { RATE_LIMITS: 'on' }, now: () => new Date(now) })
    const { email } = await signUp({ url: server.url })
    const folder = join(server.dataDir, 'mail')
    const ofResets = async () => {
      await untilEmpty(server)
      const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
      const kept = await Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))))
      return kept.filter(({ kind }) => kind === 'password_reset').length
    }
    for (let hour = 1; hour <= 5; hour += 1) {
      for (let count = 0; count < 6; count += 1) {
        expect((await apiOf(server.url)('POST', '/password-resets', { email })).status).to.equal(202)
      }
      expect(await ofResets()).to.equal(5 * hour)
      now += 60 * 60 * 1_000
    }
    await server.close()
  })
})

describe('mails without SMTP_URL', () => {
  it('are files that nobody else can read', async () => {
    const server = await startServer()
    const { email } = await signUp({ url: server.url })
    const { id, token } = await mailTo(server.url, email, 'email_verification')
    const folder = join(server.dataDir, 'mail')
    expect((await stat(folder)).mode & 0o777).to.equal(0o700)
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).to.equal(0o600)
    const parsed = await simpleParser(await readFile(join(folder, `${id}.eml`)))
    expect(parsed.to).to.have.nested.property('value[0].address', email)
    expect(parsed.text).to.contain(token)
    expect(loggedLines().filter((line) => line.includes(token))).to.deep.equal([])
    await server.close()
  })
})
