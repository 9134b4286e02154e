import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { BrowserRouter } from 'react-router'
import { Pages } from './pages.tsx'
import { SessionProvider } from './session/session-provider.tsx'
import { theme } from './theme/theme.ts'
import { FailureBoundary } from './ui/failure-boundary.tsx'

export function App() {
  return (
    // Variables and classes are in the style sheet (vite.theme.ts): the page writes no style elements.
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <Notifications position="bottom-right" limit={4} />
      <BrowserRouter>
        <FailureBoundary>
          <SessionProvider>
            <Pages />
          </SessionProvider>
        </FailureBoundary>
      </BrowserRouter>
    </MantineProvider>
  )
}
