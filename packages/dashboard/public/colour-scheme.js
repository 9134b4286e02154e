// Runs before the first paint, so that a dark page never flashes white. A file of its own, because the
// Content-Security-Policy permits no inline script. Mantine keeps the choice under this key.
const chosen = localStorage.getItem('mantine-color-scheme-value')
const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
document.documentElement.setAttribute(
  'data-mantine-color-scheme',
  chosen === 'light' || chosen === 'dark' ? chosen : system,
)
