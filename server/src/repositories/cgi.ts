import type { Readable } from 'node:stream'

export interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

const blank = Buffer.from('\r\n\r\n')
const maxLength = 16 * 1_024

/** The head of a CGI program’s answer (RFC 3875); what follows is left in the stream. */
export function readHead(stream: Readable): Promise<Head> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0)
    const finish = (settle: () => void) => {
      stream.off('readable', look).off('end', onEnd).off('close', onEnd).off('error', reject)
      settle()
    }
    const onEnd = () => finish(() => reject(new Error('the program ended before it had answered')))
    function look(): void {
      for (let chunk: Buffer | null = stream.read(); chunk !== null; chunk = stream.read()) {
        read = Buffer.concat([read, chunk])
        const end = read.indexOf(blank)
        if (end !== -1) {
          const [head, rest] = [read.subarray(0, end), read.subarray(end + blank.length)]
          finish(() => {
            if (rest.length > 0) stream.unshift(rest)
            resolve(parse(head.toString('latin1')))
          })
          return
        }
        if (read.length > maxLength) {
          finish(() => reject(new Error('the program answered something else')))
          return
        }
      }
    }
    stream.on('readable', look).on('end', onEnd).on('close', onEnd).on('error', reject)
  })
}

function parse(head: string): Head {
  const { status = '200', ...headers } = Object.fromEntries(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return { status: Number.parseInt(status, 10), headers }
}
