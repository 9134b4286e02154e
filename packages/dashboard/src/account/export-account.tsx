import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { saveFile } from '../ui/save-file.ts'
import { Section } from '../ui/section.tsx'
import { useAction } from '../ui/use-action.ts'

/** All that is kept of oneself, as a file. */
export function ExportAccount() {
  const download = useAction(async () => {
    const everything = await rolecall.accounts.export()
    const name = `rolecall-${everything.exportedAt.slice(0, 10)}.json`
    saveFile(name, 'application/json', JSON.stringify(everything, null, 2))
    announce('Your data was downloaded.')
  })
  return (
    <Section
      title="Your data"
      about="Everything that is kept of you: account, sessions, memberships and the log of what happened to the account, as JSON."
    >
      <ProblemNote error={download.error} />
      <Button
        variant="default"
        leftSection={<IconDownload size={16} stroke={1.7} />}
        loading={download.isPending}
        onClick={() => download.run()}
      >
        Download your data
      </Button>
    </Section>
  )
}
