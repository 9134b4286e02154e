import type { Letter } from './letters.ts'

export interface Rendered {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Plain text for everybody, and the same as simple HTML: no pictures, nothing that is loaded from elsewhere. */
export function render({ subject, paragraphs, action, closing }: Letter): Rendered {
  const last = closing === undefined ? [] : [closing]
  const text = [...paragraphs, ...(action === undefined ? [] : [`${action.label}:\n${action.url}`]), ...last]
  const html = [
    ...paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    ...(action === undefined
      ? []
      : [`<p><a href="${escaped(action.url)}" style="${button}">${escaped(action.label)}</a></p>`]),
    ...last.map((paragraph) => `<p style="color:#666;font-size:14px">${escaped(paragraph)}</p>`),
  ]
  return {
    subject,
    text: `${text.join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escaped(subject)}</title></head>
<body style="font:16px/1.5 sans-serif;color:#222;max-width:36em;margin:2em auto;padding:0 1em">
${html.join('\n')}
</body>
</html>
`,
  }
}

const button = 'display:inline-block;background:#2a5bd7;color:#fff;padding:.6em 1.2em;border-radius:.4em'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML shows it, also within an attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
