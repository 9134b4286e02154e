import { MantineProvider } from '@mantine/core'
import { BrowserRouter } from 'react-router'
import { Notices } from './notices/notices.tsx'
import { Pages } from './pages.tsx'
import { SessionProvider } from './session/session-provider.tsx'
import { theme } from './theme/theme.ts'
import { FailureBoundary } from './ui/failure-boundary.tsx'

export function App() {
  return (
    // Variables and classes are in the style sheet (vite.theme.ts): the page writes no style elements.
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <BrowserRouter>
        <FailureBoundary>
          <SessionProvider>
            <Pages />
          </SessionProvider>
        </FailureBoundary>
        <Notices />
      </BrowserRouter>
    </MantineProvider>
  )
}
