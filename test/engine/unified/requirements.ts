import type { Document, MongoClient } from 'mongodb'
import { compareVersions, type Requirement, Unknown, version } from './format.ts'

/** What a server reports of itself, by which tests are chosen. */
export interface ServerFacts {
  readonly version: readonly number[]
  readonly topology: 'single' | 'replicaset' | 'sharded'
  readonly parameters: Document
  readonly signsIn: boolean
}

export const factsOf = async (client: MongoClient): Promise<ServerFacts> => {
  const admin = client.db('admin')
  const { versionArray } = await admin.command({ buildInfo: 1 })
  const hello = await admin.command({ hello: 1 })
  // A server that does not tell its parameters meets no requirement of them.
  const parameters = await admin.command({ getParameter: '*' }).catch(() => ({}))
  return {
    version: versionArray,
    topology: hello.msg === 'isdbgrid' ? 'sharded' : hello.setName ? 'replicaset' : 'single',
    parameters,
    signsIn: client.options.credentials !== undefined,
  }
}

/** Why a test cannot run on this server, or undefined if it can: one of the alternatives must be met. */
export const unmet = (alternatives: readonly Requirement[] | undefined, facts: ServerFacts): string | undefined => {
  if (!alternatives) return undefined
  const reasons = alternatives.map((requirement) => firstUnmet(requirement, facts))
  return reasons.includes(undefined) ? undefined : [...new Set(reasons)].join(', or ')
}

/** Each requirement of the format: the reason why it is not met. */
const checks: {
  readonly [Name in keyof Requirement]-?: (
    value: NonNullable<Requirement[Name]>,
    facts: ServerFacts,
  ) => string | undefined
} = {
  minServerVersion: (least, facts) =>
    compareVersions(facts.version, version(least)) < 0 ? `a server of version ${least} or later` : undefined,
  maxServerVersion: (most, facts) =>
    compareVersions(facts.version, version(most)) > 0 ? `a server of version ${most} or earlier` : undefined,
  topologies: (names, { topology }) =>
    names.includes(topology) || (topology === 'sharded' && names.includes('sharded-replicaset'))
      ? undefined
      : `a topology of ${names.join(' or ')}`,
  serverless: (mode) => (mode === 'require' ? 'a serverless deployment' : undefined),
  serverParameters: (wanted, { parameters }) => {
    const other = Object.keys(wanted).find((name) => parameters[name] !== wanted[name])
    return other && `the server's parameter ${other}`
  },
  auth: (wanted, { signsIn }) => (wanted === signsIn ? undefined : wanted ? 'signing in' : 'no signing in'),
  authMechanism: (name, { parameters }) =>
    (parameters.authenticationMechanisms ?? []).some((other: string) => other.toLowerCase() === name.toLowerCase())
      ? undefined
      : `signing in by ${name}`,
  // It needs libmongocrypt in the driver, which we do not use.
  csfle: (wanted) => (wanted === false ? undefined : 'encryption in the client'),
}

const firstUnmet = (requirement: Requirement, facts: ServerFacts): string | undefined => {
  for (const name of Object.keys(requirement)) {
    if (!Object.hasOwn(checks, name)) throw new Unknown(`The requirement ${name}`)
    // The name is one of the table's, and its value is of that name.
    const check = checks[name as keyof Requirement] as (value: unknown, facts: ServerFacts) => string | undefined
    const reason = check(requirement[name as keyof Requirement], facts)
    if (reason) return reason
  }
  return undefined
}
