/** The state for people. */
import type { Folded } from './fold.ts'

const shownInLine = 10

export function lineOf({ organisation: { name }, members, roles }: Folded): string {
  const all = Object.values(members)
  const some = all.slice(0, shownInLine).map(({ account, role }) => `${account.name} (${roles[role]?.name ?? role})`)
  return `${name}: ${some.join(', ')}${all.length > shownInLine ? ` and ${all.length - shownInLine} more` : ''}`
}

/** As a page, which asks for itself anew every second. */
export function pageOf({ position, organisation, members, roles }: Folded): string {
  const rows = Object.values(members).map(({ account, role, status }) => {
    const cells = [account.name, account.email, roles[role]?.name ?? role, status]
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`
  })
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width" />
  <meta http-equiv="refresh" content="1" />
  <title>${escaped(organisation.name)}</title>
  <style>
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
    table { width: 100%; border-collapse: collapse; }
    th, td { text-align: left; padding: 0.4rem 0.5rem; border-bottom: 1px solid #ddd; }
  </style>
  <h1>${escaped(organisation.name)}</h1>
  <p>${escaped(organisation.description)}</p>
  <table>
    <thead><tr><th>Name</th><th>Email</th><th>Role</th><th>Status</th></tr></thead>
    <tbody>${rows.join('')}</tbody>
  </table>
  <p>After event ${position}.</p>
</html>
`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '')
}
