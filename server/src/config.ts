import { z } from 'zod'
import { privateNetwork } from './webhooks/addresses.ts'

interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** Name of the environment variable. */
  readonly name: string
  /** As one would write it; absent: the setting stays unset. */
  readonly default?: string
  readonly description: string
  /** Where several nodes serve one database, each may have its own. */
  readonly mayDiffer?: true
  readonly schema: Schema
}

const url = (...protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  })

const origin = url('http:', 'https:').refine((text) => URL.canParse(text) && new URL(text).pathname === '/', {
  error: 'must be an origin without a path, for example https://people.example.com',
})

const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) => (text === '' ? [] : text.split(',').map((part) => part.trim())))
    .pipe(z.array(item))

/** Every setting, for the start, the documentation and the test that compares them. */
export const settings = {
  port: {
    name: 'PORT',
    default: '3000',
    description: 'Port to listen on; 0 takes a free one',
    mayDiffer: true,
    schema: z.coerce.number('must be a number').int().min(0).max(65535),
  },
  host: {
    name: 'HOST',
    default: '127.0.0.1',
    description: 'Address to listen on; 0.0.0.0 for all',
    mayDiffer: true,
    schema: z.string().regex(/^[\w.:%-]+$/, 'must be an address or a host name'),
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    description:
      'Where browsers reach the server, for example https://people.example.com; its own origin follows from it',
    schema: origin.transform((text) => new URL(text).origin),
  },
  dataDir: {
    name: 'DATA_DIR',
    default: './data',
    description: 'Folder of the embedded engine’s data, of secret.key, of repositories and, without SMTP_URL, of mails',
    mayDiffer: true,
    schema: z.string(),
  },
  mongodbUri: {
    name: 'MONGODB_URI',
    description: 'A MongoDB replica set to keep the data in; without it the embedded engine keeps them in DATA_DIR',
    mayDiffer: true,
    // A connection string may name several hosts, which is no URL: the driver reads it.
    schema: z.string().regex(/^mongodb(\+srv)?:\/\/./, 'must begin with mongodb:// or mongodb+srv://'),
  },
  repositoriesDir: {
    name: 'REPOSITORIES_DIR',
    description:
      'Folder of the applications’ git repositories, shared by all nodes where there are several; without it DATA_DIR/repositories',
    mayDiffer: true,
    schema: z.string(),
  },
  maxPushMb: {
    name: 'MAX_PUSH_MB',
    default: '512',
    description: 'How many megabytes one push can bring',
    schema: z.coerce.number('must be a number').int().min(1),
  },
  maxRepositoryMb: {
    name: 'MAX_REPOSITORY_MB',
    default: '4096',
    description: 'How many megabytes a repository can take',
    schema: z.coerce.number('must be a number').int().min(1),
  },
  maxOrganisationRepositoriesMb: {
    name: 'MAX_ORGANISATION_REPOSITORIES_MB',
    default: '20480',
    description: 'How many megabytes all repositories of an organisation can take',
    schema: z.coerce.number('must be a number').int().min(1),
  },
  gitTimeoutS: {
    name: 'GIT_TIMEOUT_S',
    default: '900',
    description: 'How many seconds a clone, fetch or push can take',
    schema: z.coerce.number('must be a number').int().min(1).max(86_400),
  },
  gitIdleS: {
    name: 'GIT_IDLE_S',
    default: '120',
    description: 'How many seconds a git client can be waited for that neither sends nor takes anything',
    schema: z.coerce.number('must be a number').int().min(1).max(86_400),
  },
  smtpUrl: {
    name: 'SMTP_URL',
    description:
      'The mail server that mails are handed to, smtp://user:password@host:port or smtps://…; without it each mail becomes a file in DATA_DIR/mail',
    schema: url('smtp:', 'smtps:').refine((text) => URL.canParse(text) && new URL(text).hostname !== '', {
      error: 'must name a host',
    }),
  },
  mailFrom: {
    name: 'MAIL_FROM',
    description:
      'Who mails come from, for example People <people@example.com>; without it no-reply at the host of PUBLIC_URL',
    schema: z
      .string()
      .regex(
        /^(?:[^<>"\r\n]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/,
        'must be an address, or a name and <an address>',
      )
      .transform((text) => {
        const [, name = '', address = text] = /^([^<]*)<(.+)>$/.exec(text) ?? []
        return { name: name.trim(), address }
      }),
  },
  corsOrigins: {
    name: 'CORS_ORIGINS',
    default: '',
    description: 'Other origins, separated by commas, whose pages may call the API and connect live',
    schema: list(origin.transform((text) => new URL(text).origin)),
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    default: '0',
    description: 'How many reverse proxies stand before the server, or their addresses, separated by commas',
    mayDiffer: true,
    schema: z.union(
      [
        z.string().regex(/^\d$/).transform(Number),
        list(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.literal('loopback')])),
      ],
      'must be a small number, or addresses and ranges separated by commas',
    ),
  },
  secretKey: {
    name: 'SECRET_KEY',
    description:
      'Encrypts signing keys and webhook secrets at rest, at least 32 characters; without it DATA_DIR/secret.key is created and used',
    schema: z.string().min(32, 'must have at least 32 characters'),
  },
  metricsToken: {
    name: 'METRICS_TOKEN',
    description: 'Bearer token for /metrics; without it only this machine may read them',
    mayDiffer: true,
    schema: z.string().min(16, 'must have at least 16 characters'),
  },
  operatorToken: {
    name: 'OPERATOR_TOKEN',
    description:
      'Bearer token with which the platform’s operator issues invoices to organisations and declares permissions of their own; without it nobody can',
    schema: z.string().regex(/^[\w.~+/=-]{16,}$/, 'must have at least 16 letters, digits or any of . ~ + / = _ -'),
  },
  maxMembers: {
    name: 'MAX_MEMBERS',
    default: '200000',
    description: 'How many members an organisation can have, suspended ones included',
    schema: z.coerce.number('must be a number').int().min(1),
  },
  maxOrganisations: {
    name: 'MAX_ORGANISATIONS',
    default: '100',
    description:
      'How many organisations an account can create, besides its personal one; deleted ones count until their names are free',
    schema: z.coerce.number('must be a number').int().min(1),
  },
  maxWebhookPosts: {
    name: 'MAX_WEBHOOK_POSTS',
    default: '500',
    description: 'How many posts to webhooks a process can have under way, over all endpoints',
    mayDiffer: true,
    schema: z.coerce.number('must be a number').int().min(2).max(100_000),
  },
  webhookLoopback: {
    name: 'WEBHOOK_LOOPBACK',
    description:
      'on or off: whether webhooks may be posted to this machine itself; without it only where HOST is loopback, PUBLIC_URL and TRUST_PROXY are unset and NODE_ENV is not production',
    schema: z.enum(['on', 'off'], 'must be on or off'),
  },
  webhookNetworks: {
    name: 'WEBHOOK_NETWORKS',
    default: '',
    description:
      'Private addresses and networks that webhooks may be posted to as well, separated by commas, for example 10.1.2.0/24',
    schema: list(
      z.string().refine((text) => privateNetwork(text) !== undefined, {
        error: 'must be addresses or ranges of private networks, separated by commas',
      }),
    ).transform((networks) => networks.map(privateNetwork).filter((network) => network !== undefined)),
  },
  rateLimits: {
    name: 'RATE_LIMITS',
    default: 'on',
    description:
      'on or off: limits for requests and for failed sign-ins, counted by each process; off for load tests, or where a gateway sets them',
    schema: z.enum(['on', 'off'], 'must be on or off'),
  },
  logLevel: {
    name: 'LOG_LEVEL',
    default: 'info',
    description: 'The least important lines to log: trace, debug, info, warn, error, fatal or silent',
    mayDiffer: true,
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  },
  environment: {
    name: 'NODE_ENV',
    default: 'development',
    description: 'production, development or test; under test every answer is checked against its schema',
    schema: z.enum(['production', 'development', 'test']),
  },
} as const satisfies Record<string, Setting>

type Settings = typeof settings

/** The settings, checked. One without a default may be undefined. */
export type Config = {
  readonly [Key in keyof Settings]:
    | z.output<Settings[Key]['schema']>
    | (Settings[Key] extends { readonly default: string } ? never : undefined)
}

/** Settings that cannot be used. The message lists every mistake, and no value: some are secret. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(`These settings cannot be used:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`)
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

/** Reads the settings from the environment; an empty variable counts as unset, unknown ones are not looked at. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const mistakes: string[] = []
  const values = Object.entries<Setting>(settings).map(([key, { name, schema, ...setting }]) => {
    const text = env[name]?.trim() || setting.default
    if (text === undefined) return [key, undefined] as const
    const parsed = schema.safeParse(text)
    if (!parsed.success) mistakes.push(`${name} ${parsed.error.issues[0]?.message ?? 'is not valid'}`)
    return [key, parsed.data] as const
  })
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  // The table that was just read has these keys and no others.
  return Object.fromEntries(values) as unknown as Config
}
