import { Button } from '@mantine/core'
import { IconBug } from '@tabler/icons-react'
import { Component, type ReactNode } from 'react'
import { Empty } from './empty.tsx'

/**
 * Where a mistake of ours ends, instead of in a blank page. A new version on the server ends here too: the pages that
 * were not loaded yet are gone, and loading anew brings the new ones. (React has boundaries as classes only.)
 */
export class FailureBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children
    return (
      <Empty
        isPage
        icon={<IconBug size={26} stroke={1.6} />}
        title="This page failed"
        action={<Button onClick={() => location.reload()}>Load it anew</Button>}
      >
        It is our mistake, or there is a new version of Rolecall. What you did before is kept.
      </Empty>
    )
  }
}
