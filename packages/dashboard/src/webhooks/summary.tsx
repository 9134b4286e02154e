/** What an event means. Names of fields stand between backticks in the contract. */
export function Summary({ children }: { children: string }) {
  return children.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={part}>{part}</code>))
}
