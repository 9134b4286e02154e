/** Whether an event of this type is among those that an endpoint has chosen: by its type, `member.*` or `*`. */
export function matchesType(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type))
}
