import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Browser, chromium as playwright } from 'playwright-core'

/**
 * A real Chromium, or the reason why none can be started here (another processor, missing libraries), which the tests
 * then say instead of passing silently.
 */
export async function startBrowser(): Promise<{ browser: Browser } | { unavailable: string }> {
  try {
    const folder = join(tmpdir(), `rolecall-chromium-${packageVersion()}`)
    const executablePath = await unpackChromium(folder)
    const env = { ...definedEnvironment(), FONTCONFIG_FILE: writeFontSettings(folder) }
    return { browser: await playwright.launch({ executablePath, args: flags, env, headless: true }) }
  } catch (error) {
    return { unavailable: `Chromium cannot be started here: ${String(error).split('\n').slice(0, 3).join(' ')}` }
  }
}

async function unpackChromium(folder: string): Promise<string> {
  // The package brings libraries of its own for systems without NSS, and decides at import whether to use them.
  if (!hasLibrary('libnss3.so')) process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs20.x'
  // It would run whatever “chromium” lies in the temporary folder, of any version: so it gets a folder of its own.
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  mkdirSync(folder, { recursive: true })
  try {
    const { default: chromium } = await import('@sparticuz/chromium')
    return await chromium.executablePath()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

/** The same font on every machine, so that screenshots can be compared. */
function writeFontSettings(folder: string): string {
  const file = join(folder, 'rolecall-fonts.conf')
  const prefer = ['system-ui', 'sans-serif'].map(
    (family) => `<alias binding="same"><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`,
  )
  const folders = [join(folder, 'fonts'), '/usr/share/fonts'].map((path) => `<dir>${path}</dir>`)
  const cache = `<cachedir>${join(folder, 'fonts-cache')}</cachedir>`
  writeFileSync(file, `<?xml version="1.0"?><fontconfig>${folders.join('')}${cache}${prefer.join('')}</fontconfig>`)
  return file
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}

// The package’s own flags put everything into one process and switch web security off: not what a user’s browser does.
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none']

function hasLibrary(name: string): boolean {
  try {
    return execFileSync('ldconfig', ['-p'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).includes(name)
  } catch {
    return false
  }
}

function packageVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const folder = entry.slice(0, entry.indexOf(join('@sparticuz', 'chromium')) + join('@sparticuz', 'chromium').length)
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : dirname(entry)
}
