/**
 * Without SMTP_URL each mail becomes two files that only the server's user can read: one that mail programs open and
 * one that /dev/mail shows. Never a line of the log: mails hold tokens.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Delivery, headersOf, type OutgoingMail, type Sender } from './delivery.ts'

export type StoredMail = Omit<OutgoingMail, 'date'> & { readonly date: string }

export interface MailFiles extends Delivery {
  /** The newest ones, newest first. */
  list(limit: number): Promise<StoredMail[]>
  read(id: string): Promise<StoredMail | undefined>
  /** Removes all but the newest ones. Ends early when it is told to stop. */
  keepNewest(count: number, stopping: AbortSignal): Promise<void>
}

export async function createMailFiles(directory: string, from: Sender): Promise<MailFiles> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({ streamTransport: true, buffer: true })
  await mkdir(directory, { recursive: true, mode: 0o700 })

  /** Under another name first: nobody meets half a file. */
  async function write(name: string, content: string | Buffer): Promise<void> {
    const file = join(directory, name)
    await writeFile(`${file}.new`, content, { mode: 0o600 })
    await rename(`${file}.new`, file)
  }

  async function read(id: string): Promise<StoredMail | undefined> {
    if (!/^mal_[0-9a-z]{26}$/.test(id)) return undefined
    const text = await readFile(join(directory, `${id}.json`), 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    })
    return text === undefined ? undefined : JSON.parse(text)
  }

  return {
    destination: `into files in ${directory}`,
    async deliver(mail) {
      const { message } = await transport.sendMail(headersOf(mail, from))
      if (!Buffer.isBuffer(message)) throw new Error('the mail was not composed in one piece')
      await write(`${mail.id}.eml`, message)
      await write(`${mail.id}.json`, `${JSON.stringify(mail, null, 2)}\n`)
    },
    async list(limit) {
      const names = (await readdir(directory)).filter((name) => /^mal_[0-9a-z]{26}\.json$/.test(name))
      // Ids are ordered by time.
      const newest = names.sort().slice(-limit).reverse()
      const mails = await Promise.all(newest.map((name) => read(name.slice(0, -'.json'.length))))
      return mails.filter((mail) => mail !== undefined)
    },
    read,
    async keepNewest(count, stopping) {
      // Halves of files too, of a server that was killed while it wrote.
      const names = (await readdir(directory)).filter((name) => /^mal_[0-9a-z]{26}\.(eml|json)(\.new)?$/.test(name))
      const idOf = (name: string) => name.slice(0, name.indexOf('.'))
      const old = new Set([...new Set(names.map(idOf))].sort().slice(0, -count))
      for (const name of names) {
        if (stopping.aborted) return
        if (old.has(idOf(name))) await rm(join(directory, name), { force: true })
      }
    },
  }
}
