import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { themeVariables } from './vite.theme.ts'

const server = process.env.ROLECALL_URL ?? 'http://127.0.0.1:3000'

export default defineConfig({
  plugins: [react(), themeVariables()],
  server: { proxy: { '/v1': server, '/socket.io': { target: server, ws: true } } },
  preview: { proxy: { '/v1': server, '/socket.io': { target: server, ws: true } } },
  build: {
    // The Content-Security-Policy permits styles and pictures of the server only, so nothing is inlined as data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
