import { ActionIcon, Tooltip } from '@mantine/core'
import { RolecallError } from '@rolecall/sdk'
import { IconDownload } from '@tabler/icons-react'
import { notify } from '../notices/notify.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { saveFile } from '../ui/save-file.ts'

/** All members as a file for a spreadsheet. */
export function DownloadButton() {
  const { id: organisation } = useOrganisation()
  const download = async () => {
    announce('The members are being read.')
    try {
      saveFile('members.csv', 'text/csv', await rolecall.members.list({ organisation, sort: 'name' }).as('text/csv'))
      announce('The members were downloaded.')
    } catch (error) {
      if (!(error instanceof RolecallError)) throw error
      notify(`The members could not be downloaded: ${error.message}`)
    }
  }
  return (
    <Tooltip label="Download all members as CSV">
      <ActionIcon size={36} variant="default" onClick={download} aria-label="Download as CSV">
        <IconDownload size={17} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  )
}
