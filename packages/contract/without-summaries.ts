/**
 * The source of a table of operations without its summaries. They are for documents; no client reads them, and they
 * would be a tenth of what pages load.
 */
export function withoutSummaries(source: string): string {
  return source.replaceAll(/\bsummary:\s*(['"`])(?:(?!\1)[^\\]|\\.)*\1,?/g, '')
}

/** Which files hold such tables. */
export const tablesOfOperations = /[\\/]operations\.ts$/
