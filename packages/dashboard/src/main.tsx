import '@mantine/core/styles.css'
import 'virtual:theme.css'
import './theme/base.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { takeTokens } from './links/token.ts'
import { rememberFocus } from './ui/focus-memory.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element with the id “root”')
takeTokens()
rememberFocus()
createRoot(root).render(<App />)
