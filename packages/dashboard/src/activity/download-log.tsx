import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { saveFile } from '../ui/save-file.ts'
import { useAction } from '../ui/use-action.ts'
import { queryOf, useEventFilter } from './event-filter.ts'

const formats = [
  { type: 'text/csv', name: 'events.csv', label: 'As a table (CSV)' },
  { type: 'application/x-ndjson', name: 'events.ndjson', label: 'As lines of JSON' },
] as const

/** All that is shown, and what lies below it, as a file. */
export function DownloadLog() {
  const { id } = useOrganisation()
  const [filter] = useEventFilter()
  const download = useAction(async ({ type, name }: (typeof formats)[number]) => {
    const text = await rolecall.events.list({ organisation: id, order: 'desc', ...queryOf(filter) }).as(type)
    saveFile(name, type, text)
    announce('The log was downloaded.')
  })
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={16} stroke={1.7} />} loading={download.isPending}>
            Download
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {formats.map((format) => (
            <Menu.Item key={format.type} onClick={() => download.run(format)}>
              {format.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ProblemNote error={download.error} />
    </>
  )
}
