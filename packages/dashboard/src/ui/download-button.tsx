import { ActionIcon, Tooltip } from '@mantine/core'
import { RolecallError } from '@rolecall/sdk'
import { IconDownload } from '@tabler/icons-react'
import { notify } from '../notices/notify.ts'
import { announce } from './announcer.tsx'
import { saveFile } from './save-file.ts'

/** A list as a file for a spreadsheet. `of`: what it lists, as “members”. */
export function DownloadButton({ of, read }: { of: string; read: () => Promise<string> }) {
  const download = async () => {
    announce(`The ${of} are being read.`)
    try {
      saveFile(`${of}.csv`, 'text/csv', await read())
      announce(`The ${of} were downloaded.`)
    } catch (error) {
      if (!(error instanceof RolecallError)) throw error
      notify(`The ${of} could not be downloaded: ${error.message}`)
    }
  }
  return (
    <Tooltip label={`Download the ${of} as CSV`}>
      <ActionIcon size={36} variant="default" onClick={download} aria-label="Download as CSV">
        <IconDownload size={17} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  )
}
