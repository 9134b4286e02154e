import { createHmac, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { ProblemError } from '@rolecall/contract'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import type { SessionDocument } from '../server/src/access/documents.ts'
import { createRefreshTokens } from '../server/src/sessions/refresh-tokens.ts'
import { createTokens } from '../server/src/sessions/tokens.ts'

const issuer = 'https://people.example.com'
const account = 'acc_01k9zzzzzzzzzzzzzzzzzzzzzz'
const session = 'ses_01k9zzzzzzzzzzzzzzzzzzzzzz'
const tenMinutes = 10 * 60 * 1000

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** Keys as the server opens them from its database, and the hand on them that a thief of the private key would have. */
function someKeys() {
  const pairs = new Map([['first', keyPair()]])
  const get = (kid: string) => {
    const pair = pairs.get(kid)
    if (pair === undefined) throw new Error(`no key ${kid}`)
    return pair
  }
  let signing = 'first'
  const keys: Parameters<typeof createTokens>[0] = {
    signing: () => ({ kid: signing, privateKey: get(signing).privateKey }),
    verifying: (kid) => pairs.get(kid)?.publicKey,
    learn: async () => undefined,
  }
  return {
    keys,
    get,
    rotate(kid: string) {
      pairs.set(kid, keyPair())
      signing = kid
    },
    expire: (kid: string) => pairs.delete(kid),
  }
}

function aClock(start = '2026-11-24T12:00:00.500Z') {
  let time = Date.parse(start)
  return {
    now: () => new Date(time),
    pass(ms: number) {
      time += ms
    },
  }
}

async function codeOf(verification: Promise<unknown>): Promise<string> {
  return verification.then(
    () => 'accepted',
    (error: unknown) => (error instanceof ProblemError ? error.code : `not a problem: ${String(error)}`),
  )
}

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')

describe('an access token', () => {
  it('tells account, session and expiry', async () => {
    const { now } = aClock()
    const tokens = createTokens(someKeys().keys, issuer, now)
    const { accessToken, expiresAt } = tokens.issue(account, session)
    expect(await tokens.verify(accessToken)).to.deep.equal({ kind: 'account', account, session, expiresAt })
    expect(expiresAt.toISOString()).to.equal('2026-11-24T12:10:00.000Z')
  })

  it('is a JWT of type at+jwt that carries no role', () => {
    const tokens = createTokens(someKeys().keys, issuer, aClock().now)
    const decoded = jwt.decode(tokens.issue(account, session).accessToken, { complete: true })
    expect(decoded?.header).to.deep.equal({ alg: 'ES256', typ: 'at+jwt', kid: 'first' })
    expect(decoded?.payload).to.have.all.keys('iss', 'aud', 'sub', 'sid', 'iat', 'exp', 'jti')
  })

  it('E59 ends by the server’s own clock, also when it was accepted before', async () => {
    const clock = aClock()
    const tokens = createTokens(someKeys().keys, issuer, clock.now)
    const used = tokens.issue(account, session).accessToken
    const unused = tokens.issue(account, session).accessToken
    await tokens.verify(used)
    clock.pass(tenMinutes - 1_000)
    expect(await codeOf(tokens.verify(used))).to.equal('accepted')
    clock.pass(1_000)
    expect(await codeOf(tokens.verify(used))).to.equal('unauthenticated')
    expect(await codeOf(tokens.verify(unused))).to.equal('unauthenticated')
  })

  it('E23 lends nothing to another token of the same content, once it was accepted', async () => {
    const tokens = createTokens(someKeys().keys, issuer, aClock().now)
    const { accessToken } = tokens.issue(account, session)
    expect(await codeOf(tokens.verify(accessToken))).to.equal('accepted')
    const content = accessToken.slice(0, accessToken.lastIndexOf('.'))
    const signature = Buffer.alloc(64, 1).toString('base64url')
    expect(await codeOf(tokens.verify(`${content}.${signature}`))).to.equal('unauthenticated')
    expect(await codeOf(tokens.verify(`${content}.`))).to.equal('unauthenticated')
  })

  it('outlives the replacement of its key, but not the end of its key', async () => {
    const { keys, rotate, expire } = someKeys()
    const tokens = createTokens(keys, issuer, aClock().now)
    const old = tokens.issue(account, session).accessToken
    rotate('second')
    expect(jwt.decode(tokens.issue(account, session).accessToken, { complete: true })?.header.kid).to.equal('second')
    expect(await codeOf(tokens.verify(old))).to.equal('accepted')
    expire('first')
    expect(await codeOf(tokens.verify(old))).to.equal('unauthenticated')
    expect(await codeOf(createTokens(keys, issuer, aClock().now).verify(old))).to.equal('unauthenticated')
  })

  describe('E23 is refused with 401 when', () => {
    const { keys, get } = someKeys()
    const { now } = aClock()
    const seconds = Math.floor(now().getTime() / 1000)
    const good = {
      iss: issuer,
      aud: 'rolecall',
      sub: account,
      sid: session,
      iat: seconds,
      exp: seconds + 600,
      jti: 'x',
    }
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'first' }

    function sign(
      claims: object,
      change: Record<string, unknown> = {},
      key: KeyObject = get('first').privateKey,
    ): string {
      return jwt.sign(claims, key, { algorithm: 'ES256', header: { ...header, ...change }, noTimestamp: true })
    }
    const without = (claim: keyof typeof good) =>
      Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim))
    const publicPem = () => get('first').publicKey.export({ type: 'spki', format: 'pem' })
    const foreign = keyPair()

    const forged: Record<string, () => string> = {
      'alg is none': () => `${encode({ ...header, alg: 'none' })}.${encode(good)}.`,
      'alg is none and the signature a real one': () => {
        const [, payload, signature] = sign(good).split('.')
        return `${encode({ ...header, alg: 'none' })}.${payload}.${signature}`
      },
      'it is signed by HS256 with the public key': () => {
        const signed = `${encode({ ...header, alg: 'HS256' })}.${encode(good)}`
        return `${signed}.${createHmac('sha256', publicPem()).update(signed).digest('base64url')}`
      },
      'it is signed by ES384': () => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
        return jwt.sign(good, privateKey, { algorithm: 'ES384', header: { ...header, alg: 'ES384' } })
      },
      'another key signed it': () => sign(good, {}, foreign.privateKey),
      'its kid is not known': () => sign(good, { kid: 'other' }),
      'its kid is a path': () => sign(good, { kid: '../../../../dev/null' }),
      'its kid is no text': () => sign(good).replace(/^[^.]+/, encode({ ...header, kid: { $ne: null } })),
      'it has no kid': () => sign(good).replace(/^[^.]+/, encode({ alg: 'ES256', typ: 'at+jwt' })),
      'it brings its own key by jku': () =>
        sign(good, { kid: 'other', jku: 'http://127.0.0.1:9/keys' }, foreign.privateKey),
      'it brings its own key by x5u': () =>
        sign(good, { kid: 'other', x5u: 'http://127.0.0.1:9/chain' }, foreign.privateKey),
      'it brings its own key by jwk': () =>
        sign(good, { jwk: foreign.publicKey.export({ format: 'jwk' }) }, foreign.privateKey),
      'it demands an extension': () => sign(good, { crit: ['exp'] }),
      'another server issued it': () => sign({ ...good, iss: 'https://other.example.com' }),
      'nobody issued it': () => sign(without('iss')),
      'it is for somebody else': () => sign({ ...good, aud: 'other' }),
      'it is for nobody': () => sign(without('aud')),
      'it is of another type': () => sign(good, { typ: 'JWT' }),
      'it is of no type': () => sign(good, { typ: undefined }),
      'it never expires': () => sign(without('exp')),
      'its expiry is no number': () => sign(good).replace(/\.[^.]+\./, `.${encode({ ...good, exp: 'never' })}.`),
      'it has expired': () => sign({ ...good, exp: seconds }),
      'it is not valid yet': () => sign({ ...good, nbf: seconds + 60 }),
      'it is of no account': () => sign(without('sub')),
      'it is of no session': () => sign(without('sid')),
      'its account is another thing': () => sign({ ...good, sub: 'org_01k9zzzzzzzzzzzzzzzzzzzzzz' }),
      'its claims were changed': () => sign(good).replace(/\.[^.]+\./, `.${encode({ ...good, sub: `${account}x` })}.`),
      'its signature is cut off': () => sign(good).replace(/[^.]+$/, ''),
      'it is empty': () => '',
      'it is not a token': () => 'a.b.c',
      'its header is not JSON': () => `${Buffer.from('{').toString('base64url')}.${encode(good)}.x`,
      'its payload is not an object': () => jwt.sign('text', get('first').privateKey, { algorithm: 'ES256', header }),
      'it is a refresh token': () =>
        createRefreshTokens('0123456789').issue({ _id: session, rotation: 0, nonce: randomUUID() }),
      'it is longer than any': () => sign({ ...good, more: 'x'.repeat(10_000) }),
    }

    before('what the forgeries are made from is accepted', async () => {
      expect(await codeOf(createTokens(keys, issuer, now).verify(sign(good)))).to.equal('accepted')
    })

    for (const [what, forge] of Object.entries(forged)) {
      it(what, async () => {
        expect(await codeOf(createTokens(keys, issuer, now).verify(forge()))).to.equal('unauthenticated')
      })
    }
  })
})

describe('a refresh token', () => {
  const refreshTokens = createRefreshTokens('a secret of at least thirty-two characters')
  const at = new Date('2026-11-24T12:00:00Z')
  const later = (seconds: number) => new Date(at.getTime() + seconds * 1000)

  function aSession(change: Partial<SessionDocument> = {}): SessionDocument {
    return {
      _id: session,
      account,
      userAgent: '',
      createdAt: at,
      lastUsedAt: at,
      expiresAt: later(3600),
      rotation: 0,
      rotatedAt: at,
      nonce: 'nonce',
      ...change,
    }
  }

  it('names its session and is accepted for its rotation alone', () => {
    const token = refreshTokens.issue(aSession())
    expect(refreshTokens.sessionOf(token)).to.equal(session)
    expect(refreshTokens.judge(token, aSession(), at)).to.equal('first')
  })

  it('E25 counts as repeated for 10 s after its rotation, then as reused', () => {
    const token = refreshTokens.issue(aSession())
    const rotated = aSession({ rotation: 1 })
    expect(refreshTokens.judge(token, rotated, later(10))).to.equal('repeated')
    expect(refreshTokens.judge(token, rotated, later(10.001))).to.equal('reused')
  })

  it('E25 counts as reused when a later one was used too, so that quick rotation hides no thief', () => {
    const token = refreshTokens.issue(aSession())
    expect(refreshTokens.judge(token, aSession({ rotation: 2 }), later(1))).to.equal('reused')
  })

  it('is foreign when anything of it was changed', () => {
    const token = refreshTokens.issue(aSession())
    const other = 'ses_01k9zzzzzzzzzzzzzzzzzzzzz0'
    const changed = [
      token.replace('.0.', '.1.'),
      token.replace('.0.', '.00.'),
      token.replace('.0.', '.-1.'),
      token.replace('rt_', 'rt'),
      `${token}x`,
      token.slice(0, -1),
      refreshTokens.issue(aSession({ nonce: 'another' })),
      refreshTokens.issue(aSession({ _id: other })),
      refreshTokens.issue(aSession({ _id: other })).replace(other, session),
      createRefreshTokens('another secret').issue(aSession()),
      '',
    ]
    for (const one of changed) expect(refreshTokens.judge(one, aSession({ rotation: 1 }), at), one).to.equal('foreign')
  })
})
