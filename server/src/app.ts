/** The composition root: everything is built here, in the order in which it depends on each other, and stopped in reverse. */
import { fileURLToPath } from 'node:url'
import type { Connection } from 'mongoose'
import { createAccess } from './access/access.ts'
import { models as accessModels } from './access/documents.ts'
import { createOperatorAccess } from './access/operator.ts'
import { createSessionTable } from './access/session-table.ts'
import { createTable } from './access/table.ts'
import { createAccounts } from './accounts/accounts.ts'
import { confirmAddress } from './accounts/confirm-address.ts'
import { models as accountTokenModels } from './accounts/documents.ts'
import { resolveReset } from './accounts/password-reset.ts'
import { createApiKeys } from './api-keys/api-keys.ts'
import { createAuthenticateKey } from './api-keys/authenticate.ts'
import { expireKeys } from './api-keys/expire.ts'
import { createLastUsed } from './api-keys/last-used.ts'
import { isMeant } from './api-keys/secret.ts'
import { createApplications } from './applications/applications.ts'
import { models as applicationModels } from './applications/documents.ts'
import { claimFolder } from './backup/restoring.ts'
import { createBilling } from './billing/billing.ts'
import { models as billingModels } from './billing/documents.ts'
import { createInvoices } from './billing/invoices.ts'
import { createDrawer } from './billing/pdf/drawer.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Config, settings } from './config.ts'
import { openDatabase } from './database/database.ts'
import { type EmbeddedEngine, startEmbeddedEngine } from './database/embedded.ts'
import { ping } from './database/health.ts'
import { buildIndexes } from './database/indexes.ts'
import { migrate } from './database/migrations.ts'
import { deriveKey } from './derive-key.ts'
import { createEvents } from './events/events.ts'
import { clientAddress } from './http/client-address.ts'
import { hasDevMail } from './http/dev-mail.ts'
import { createHttp } from './http/http.ts'
import { createMetrics } from './http/metrics.ts'
import { createOrigins } from './http/origins.ts'
import { createHandshakeLimit } from './http/rate-limits.ts'
import { createHttpServer } from './http/server.ts'
import { newId } from './ids.ts'
import { expireInvitations } from './invitations/expire.ts'
import { createInvitations } from './invitations/invitations.ts'
import { notifyInvited } from './invitations/notify.ts'
import { startJobs } from './jobs/jobs.ts'
import { pruneMailFiles } from './jobs/prune-mail-files.ts'
import { removeExpired } from './jobs/remove-expired.ts'
import { rotateKeys } from './jobs/rotate-keys.ts'
import { createListCursors } from './list-cursor.ts'
import { createAdmission } from './live/admission.ts'
import { createHub } from './live/hub.ts'
import { marksOf } from './log/alike.ts'
import { models as logModels } from './log/documents.ts'
import { createFeed } from './log/feed.ts'
import { createLog, type Log } from './log/log.ts'
import { createPages } from './log/pages.ts'
import { pulseModel } from './log/pulses.ts'
import { createLogger, type Logger } from './logger.ts'
import { models as mailModels } from './mail/documents.ts'
import { createMail } from './mail/mail.ts'
import { models as invitationModels } from './members/invited/documents.ts'
import { createMembers } from './members/members.ts'
import { models as organisationModels } from './organisations/documents.ts'
import { emptyDeleted } from './organisations/empty.ts'
import { createOrganisations } from './organisations/organisations.ts'
import { isPersonal } from './organisations/personal.ts'
import { models as permissionModels } from './permissions/documents.ts'
import { createPermissions } from './permissions/permissions.ts'
import { models as repositoryModels } from './repositories/documents.ts'
import { findGit } from './repositories/git.ts'
import { openRepositories } from './repositories/open.ts'
import { rootOf } from './repositories/storage.ts'
import { models as roleModels } from './roles/documents.ts'
import { createRoles } from './roles/roles.ts'
import { secretKeyFor } from './secret.ts'
import { models as signingKeyModels } from './sessions/documents.ts'
import { openKeys } from './sessions/keys.ts'
import { createRefresh } from './sessions/refresh.ts'
import { createRefreshTokens } from './sessions/refresh-tokens.ts'
import { createSessions } from './sessions/sessions.ts'
import { createSignInThrottle, noThrottle } from './sessions/sign-in-throttle.ts'
import { issuer } from './sessions/start.ts'
import { createTokens as createAccessTokens } from './sessions/tokens.ts'
import { createTeardown, type Teardown } from './teardown.ts'
import { createAuthenticate } from './tokens/authenticate.ts'
import { createTokens } from './tokens/tokens.ts'
import { models as webhookModels } from './webhooks/documents.ts'
import { forgetDeleted } from './webhooks/forget.ts'
import { createGuard } from './webhooks/guard.ts'
import { mayPostToLoopback } from './webhooks/loopback.ts'
import { createMeasures } from './webhooks/measures.ts'
import { findOwned } from './webhooks/owned.ts'
import { createPoster } from './webhooks/post.ts'
import { createSenders } from './webhooks/senders.ts'
import { createSealedSecrets } from './webhooks/signing.ts'
import { createWebhooks } from './webhooks/webhooks.ts'

const dashboardDirectory = fileURLToPath(new URL('../../packages/dashboard/dist', import.meta.url))

/** Requests get as long as this to be answered once the server is told to stop. */
const drainMs = 6_000
/** And the sockets as long as this to take note. */
const closeMs = 1_000
const pingMs = 1_000

export interface App {
  /** Where it listens, for whoever is on this machine. */
  readonly url: string
  readonly database: { readonly embedded: boolean; readonly location: string }
  /** Where repositories are, or why there are none, for people. */
  readonly repositories: string
  /** Where mails go, for people. */
  readonly mail: string
  /** For whoever looks at the data beside the API: scripts and tests. */
  readonly connection: Connection
  readonly log: Log
  /** Resolves with the reason when the embedded engine has died. */
  readonly failed: Promise<Error>
  /** Stops in good order. */
  close(): Promise<void>
}

export interface AppOptions {
  readonly now?: Clock
  readonly logger?: Logger
  /** The embedded engine, where it is being started already. */
  readonly engine?: Promise<EmbeddedEngine | undefined>
}

/** Starts a server. Throws, with nothing left open, when it cannot. */
export async function createApp(
  config: Config,
  {
    now = systemClock,
    logger = createLogger(config.logLevel),
    engine = startEmbeddedEngine(config, logger),
  }: AppOptions = {},
): Promise<App> {
  const teardown = createTeardown()
  try {
    return await compose(config, { now, logger, engine }, teardown)
  } catch (error) {
    await teardown.run()
    throw error
  }
}

async function compose(
  config: Config,
  { now, logger, engine }: Required<AppOptions>,
  teardown: Teardown,
): Promise<App> {
  const database = await openDatabase(config, logger, engine)
  teardown.add(() => database.close())
  const { connection } = database

  const signingKeys = signingKeyModels(connection)
  const models = {
    ...accessModels(connection),
    ...logModels(connection),
    ...mailModels(connection),
    ...accountTokenModels(connection),
    ...organisationModels(connection),
    ...invitationModels(connection),
    ...roleModels(connection),
    ...permissionModels(connection),
    ...webhookModels(connection),
    ...applicationModels(connection),
    ...repositoryModels(connection),
    ...billingModels(connection),
  }
  await migrate(connection, { logger, now })
  const secretKey = await secretKeyFor(config, async () => (await signingKeys.signingKeys.exists({})) !== null)
  await buildIndexes([...Object.values(models), ...Object.values(signingKeys), pulseModel(connection)])

  const keys = await openKeys(signingKeys.signingKeys, secretKey, now)
  const tokens = createAccessTokens(keys, config.publicUrl ?? 'rolecall', now)
  const refreshTokens = createRefreshTokens(secretKey)
  const issue = issuer(tokens, refreshTokens)
  const cursors = createListCursors(secretKey)

  const log = createLog({ connection, models, now })
  const table = createTable({ models, log })
  const sessions = createSessionTable(models)
  const nodeId = newId('evt')
  const marks = marksOf(config, deriveKey(secretKey, 'marks of settings'))
  const feed = createFeed({
    ...{ connection, models, nodeId, now, logger },
    isAlone: database.embedded,
    // Where the folder lies may differ: that it is the same one may not.
    settings: () => {
      const folder = repositories.folderName()
      return folder === undefined ? marks : { ...marks, [settings.repositoriesDir.name]: folder }
    },
  })
  const socketsOf = (organisation: string, account: string) => hub.socketsOf(organisation, account)
  const webhooksOf = findOwned(models)
  const authenticateKey = createAuthenticateKey(models)
  const lastUsed = createLastUsed({ models, now, logger })
  teardown.add(() => lastUsed.stop())
  const access = createAccess({
    ...{ models, log, table, sessions, now, socketsOf, webhooksOf },
    noteUse: lastUsed.note,
    isFresh: feed.isFresh,
  })
  const operatorAccess = createOperatorAccess(log)
  const origins = createOrigins(config, () => http.port())
  const limitHandshakes = config.rateLimits === 'on' ? createHandshakeLimit() : async () => undefined
  const hub = createHub({
    feed,
    table,
    sessions,
    models,
    admission: createAdmission({ tokens, sessions, table, authenticateKey, lastUsed, now }),
    isAllowedOrigin: origins.isAllowed,
    countHandshake: (request) => limitHandshakes(clientAddress(app, request)),
    now,
    logger,
  })
  feed.follow(hub)

  const host = ['0.0.0.0', '::'].includes(config.host) ? 'localhost' : config.host
  const url = () => `http://${host.includes(':') ? `[${host}]` : host}:${http.port()}`
  const origin = () => config.publicUrl ?? url()
  const mail = await createMail({ config, models, secretKey, origin, now, logger })
  const mailWorker = mail.createWorker({ password_reset: resolveReset({ models, now }) })

  const throttle = config.rateLimits === 'on' ? createSignInThrottle(now) : noThrottle
  const guard = createGuard({ loopback: mayPostToLoopback(config), networks: config.webhookNetworks })
  const secrets = createSealedSecrets(secretKey)
  const poster = createPoster({ guard, now, maxKept: config.maxWebhookPosts })
  const metrics = createMetrics(hub)
  const senders = createSenders({
    models,
    log,
    feed,
    table,
    pages: createPages(models),
    poster,
    secrets,
    mails: mail.mails,
    measures: createMeasures(metrics.registry),
    now,
    nodeId,
    isAlone: database.embedded,
    maxPosts: config.maxWebhookPosts,
    logger,
  })
  // After the hub, which applies each event to the access table.
  feed.follow(senders)
  const repositories = openRepositories({
    ...{ models, access, table, log, config, origin, now, logger },
    authenticate: createAuthenticate({ models, authenticateKey, now }),
    git: await findGit(),
  })
  feed.follow(repositories)
  const drawer = createDrawer()
  teardown.add(() => drawer.stop())
  const refresh = createRefresh({ models, log, refreshTokens, fence: feed.fence, now })
  let isOpen = false
  const app = createHttp({
    config,
    logger,
    metrics,
    origins,
    secretKey,
    dashboardDirectory,
    mailFiles: mail.files,
    jwks: keys.jwks,
    verify: (token, beforeLookUp) => (isMeant(token) ? authenticateKey(token, beforeLookUp) : tokens.verify(token)),
    fence: feed.fence,
    // Who hears of changes late holds up all others, and answers nothing from memory.
    isReady: () => isOpen && feed.isReady() && feed.isFresh(),
    ping: () => ping(connection, pingMs),
    git: repositories.routes,
    handlers: {
      accounts: createAccounts({ models, access, log, mails: mail.mails, issue, now }),
      sessions: await createSessions({ models, access, log, issue, refresh, throttle, fence: feed.fence, now }),
      organisations: createOrganisations({
        models,
        access,
        log,
        cursors,
        maxOrganisations: config.maxOrganisations,
        now,
      }),
      members: createMembers({
        models,
        access,
        cursors,
        maxMembers: config.maxMembers,
        onlyVerified: config.environment === 'production',
        isPersonal: (snapshot, organisation) => isPersonal(models, snapshot, organisation),
      }),
      invitations: createInvitations({
        models,
        access,
        log,
        mails: mail.mails,
        cursors,
        now,
        maxMembers: config.maxMembers,
        confirmAddress: async (call) => feed.fence(call.principal.account, await confirmAddress(models, access, call)),
      }),
      roles: createRoles({ models, access, log }),
      permissions: createPermissions({ models, access, operatorAccess, log }),
      events: createEvents({ models, access }),
      webhooks: createWebhooks({ models, access, log, cursors, guard, secrets, now }),
      applications: createApplications({ models, access, cursors }),
      repositories: repositories.handlers,
      tokens: createTokens({ models, access }),
      apiKeys: createApiKeys({ models, access, now }),
      billing: createBilling({ models, access }),
      invoices: createInvoices({ models, access, operatorAccess, cursors, drawer }),
    },
  })
  const http = createHttpServer(app)
  hub.attach(http.server)

  await feed.start()
  teardown.add(() => feed.stop())
  const { sessions: openSessions, idempotency, mailQuotas, accountTokens, accessTokens, webhookDeliveries } = models
  const jobs = startJobs(
    [
      removeExpired({ openSessions, idempotency, mailQuotas, accountTokens, accessTokens, webhookDeliveries }, now),
      removeExpired({ invitations: models.invitations }, now, 'removeAt'),
      rotateKeys(keys),
      expireKeys({ models, log, now, logger }),
      expireInvitations({ models, log, now, logger }),
      emptyDeleted({ models, now }),
      forgetDeleted({ models, now }),
      ...repositories.jobs,
      notifyInvited({ models, log, logger }),
      ...(mail.files === undefined ? [] : [pruneMailFiles(mail.files)]),
    ],
    logger,
  )
  teardown.add(() => jobs.stop())
  await claimFolder(rootOf(config))
  // Before it has begun: what it begins is to end where it cannot begin all of it.
  teardown.add(() => repositories.stop())
  await repositories.start()
  teardown.add(() => poster.close())
  teardown.add(async () => {
    await Promise.all([mailWorker.stop(), senders.stop()])
  })
  await http.listen(config.port, config.host)
  mailWorker.start()
  senders.start()
  isOpen = true
  teardown.add(async () => {
    // Each waits for the other: the sockets' server for the last connection, which may be one that hangs.
    await Promise.all([hub.stop(), http.close(closeMs)])
  })
  teardown.add(async () => {
    isOpen = false
    await http.drain(drainMs)
  })

  return {
    url: url(),
    database: { embedded: database.embedded, location: database.location },
    repositories: repositories.destination(),
    mail: mail.files && hasDevMail(config) ? `${mail.destination}, shown at ${url()}/dev/mail` : mail.destination,
    connection,
    log,
    failed: database.failed,
    close: teardown.run,
  }
}
