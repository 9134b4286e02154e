import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { tablesOfOperations, withoutSummaries } from '../contract/without-summaries.ts'
import { themeVariables } from './vite.theme.ts'

const server = process.env.ROLECALL_URL ?? 'http://127.0.0.1:3000'

// To the server each request looks as if it came from its own page, so that it gives its cookie.
const target = { target: server, headers: { origin: server } }
const proxy = { '/v1': target, '/socket.io': { ...target, ws: true } }

const leaveOutSummaries: Plugin = {
  name: 'leave-out-summaries',
  enforce: 'pre',
  transform: (code, id) => (tablesOfOperations.test(id) ? { code: withoutSummaries(code), map: null } : undefined),
}

export default defineConfig({
  plugins: [leaveOutSummaries, react(), themeVariables()],
  server: { proxy },
  preview: { proxy },
  build: {
    // The Content-Security-Policy permits styles and pictures of the server only, so nothing is inlined as data: URL.
    assetsInlineLimit: 0,
    // Newer than Vite’s default, since `light-dark()` written for older browsers does not follow the chosen scheme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    // What most pages use comes in one piece: many small ones compress worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: 18 }] } } },
  },
})
