import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect } from 'chai'
import { mailTo } from './rig/mailbox.ts'
import { signUp } from './rig/people.ts'
import { sharedServer, startServer } from './rig/server.ts'
import { aMailServer } from './rig/smtp.ts'

/** With headers that `fetch` does not let anybody set. */
async function ask(url: string, headers: Readonly<Record<string, string>> = {}) {
  const outgoing = request(url, { headers: { Accept: 'text/html', ...headers } }).end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part
  return { status: response.statusCode, headers: response.headers, text }
}

describe('/dev/mail', () => {
  it('shows the mails that were written into files: a list, each as a page, as HTML and as JSON', async () => {
    const { url } = await sharedServer()
    const { email } = await signUp()
    const { id, token } = await mailTo(url, email, 'email_verification')
    const list = await ask(`${url}/dev/mail`)
    expect(list.status).to.equal(200)
    expect(list.text).to.contain(email).and.to.contain(`href="/dev/mail/${id}"`)
    const page = await ask(`${url}/dev/mail/${id}`)
    expect(page.text).to.contain(`<a href="${url}/verify-email#token=${token}">`)
    const html = await ask(`${url}/dev/mail/${id}/html`)
    expect(html.text).to.contain('Confirm the address</a>')
    expect(html.headers['content-security-policy']).to.contain('sandbox')
    const json = await ask(`${url}/dev/mail/${id}`, { Accept: 'application/json' })
    expect(JSON.parse(json.text)).to.deep.include({ id, to: email, kind: 'email_verification' })
    for (const { headers } of [list, page, html, json]) expect(headers['cache-control']).to.equal('no-store')
    expect((await ask(`${url}/dev/mail/mal_${'0'.repeat(26)}`)).status).to.equal(404)
    expect((await ask(`${url}/dev/mail/..%2F..%2Fsecret.key`)).status).to.equal(404)
  })

  it('is nothing for whoever comes through a proxy, by another name, or from another page', async () => {
    const { url } = await sharedServer()
    const port = new URL(url).port
    for (const headers of [
      { 'X-Forwarded-For': '127.0.0.1' },
      { Forwarded: 'for=127.0.0.1' },
      { Host: `evil.example:${port}` },
      { Host: `127.0.0.1.evil.example:${port}` },
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' },
      { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' },
      { Origin: 'http://localhost:5173' },
    ]) {
      const { status, text } = await ask(`${url}/dev/mail`, headers)
      expect([status, JSON.parse(text).code], JSON.stringify(headers)).to.deep.equal([404, 'not_found'])
    }
    const followed = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }
    for (const headers of [{ Host: `localhost:${port}` }, { Host: `[::1]:${port}` }, followed]) {
      expect((await ask(`${url}/dev/mail`, headers)).status, JSON.stringify(headers)).to.equal(200)
    }
  })

  it('is not there in production, behind a proxy that is trusted, and where mails are sent', async () => {
    const smtp = await aMailServer()
    for (const env of [{ NODE_ENV: 'production' }, { TRUST_PROXY: '1' }, { TRUST_PROXY: 'loopback' }, smtp.env]) {
      const server = await startServer({ env })
      const { status } = await ask(`${server.url}/dev/mail`)
      expect(status, JSON.stringify(env)).to.equal(404)
      expect(server.app.mail).not.to.contain('/dev/mail')
      await server.close()
    }
    await smtp.close()
  })

  it('is told at the start, as is where mails go', async () => {
    const { app, url } = await sharedServer()
    expect(app.mail).to.match(/^into files in .*mail, shown at /)
    expect(app.mail.endsWith(`${url}/dev/mail`)).to.equal(true)
  })
})

describe('SMTP_URL', () => {
  it('with a password asks for encryption, except on this machine or where it says otherwise', async () => {
    const { mustEncrypt } = await import('../server/src/mail/smtp.ts')
    for (const [url, expected] of [
      ['smtp://user:secret@mail.example.com:587', true],
      ['smtp://mail.example.com', false],
      ['smtp://user:secret@localhost:2525', false],
      ['smtp://user:secret@127.0.0.1:2525', false],
      ['smtp://user:secret@[::1]:2525', false],
      ['smtp://user:secret@mail.example.com?requireTLS=false', false],
    ] as const) {
      expect(mustEncrypt(new URL(url)), url).to.equal(expected)
    }
  })

  it('is named at the start without its password', async () => {
    const server = await startServer({ env: { SMTP_URL: 'smtp://user:s3cret@127.0.0.1:2525' } })
    expect(server.app.mail).to.equal('by SMTP to 127.0.0.1:2525')
    await server.close()
  })
})
