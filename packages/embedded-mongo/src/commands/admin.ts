import { CommandError } from '../errors.ts'
import type { Command } from './command.ts'

const version = '7.0.0'

export const ping: Command = { fields: [], inTransaction: false, run: () => ({ fields: {} }) }

export const buildInfo: Command = {
  fields: [],
  inTransaction: false,
  run: () => ({
    fields: {
      version,
      versionArray: [7, 0, 0, 0],
      gitVersion: 'embedded-mongo',
      modules: [],
      bits: 64,
      debug: false,
      maxBsonObjectSize: 16 * 1024 * 1024,
      storageEngines: ['lmdb'],
    },
  }),
}

export const connectionStatus: Command = {
  fields: ['showPrivileges'],
  inTransaction: false,
  run: () => ({ fields: { authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } } }),
}

export const serverStatus: Command = {
  fields: ['repl', 'metrics', 'locks'],
  inTransaction: false,
  run: ({ cursors, store, now }) => ({
    fields: {
      version,
      process: 'embedded-mongo',
      uptime: process.uptime(),
      localTime: new Date(now()),
      storageEngine: { name: 'lmdb', supportsCommittedReads: true, persistent: true },
      cursors: { open: cursors.size, snapshots: store.openSnapshots },
    },
  }),
}

export const getParameter: Command = {
  fields: ['featureCompatibilityVersion'],
  inTransaction: false,
  run(_engine, { body }) {
    if (body.featureCompatibilityVersion) return { fields: { featureCompatibilityVersion: { version: '7.0' } } }
    throw new CommandError('InvalidOptions', 'no option found to get')
  },
}
