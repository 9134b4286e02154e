import { ActionIcon, Menu } from '@mantine/core'
import type { ApiKey } from '@rolecall/contract'
import { IconDots, IconPencil, IconRefresh, IconTrash, IconUserCheck } from '@tabler/icons-react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { DangerItem } from '../ui/danger-item.tsx'
import { MenuOnDemand } from '../ui/menu-on-demand.tsx'
import type { KeyDialogRequest } from './key-dialog.tsx'

interface Props {
  apiKey: ApiKey
  onAsk: (request: KeyDialogRequest) => void
}

/** What one can do with a key. */
export function KeyMenu({ apiKey, onAsk }: Props) {
  const { me } = useOrganisation()
  return (
    <MenuOnDemand
      position="bottom-end"
      width={200}
      target={(given) => (
        <ActionIcon {...given} aria-label={`Actions for ${apiKey.name}`}>
          <IconDots size={18} />
        </ActionIcon>
      )}
    >
      {() => (
        <>
          <Menu.Item
            leftSection={<IconPencil size={16} stroke={1.7} />}
            onClick={() => onAsk({ kind: 'change', apiKey })}
          >
            Change…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconRefresh size={16} stroke={1.7} />}
            onClick={() => onAsk({ kind: 'rotate', apiKey })}
          >
            Rotate…
          </Menu.Item>
          {apiKey.issuer.id !== me.account && (
            <Menu.Item
              leftSection={<IconUserCheck size={16} stroke={1.7} />}
              onClick={() => onAsk({ kind: 'take over', apiKey })}
            >
              Take over…
            </Menu.Item>
          )}
          <Menu.Divider />
          <DangerItem icon={<IconTrash size={16} stroke={1.7} />} onAct={() => onAsk({ kind: 'revoke', apiKey })}>
            Revoke…
          </DangerItem>
        </>
      )}
    </MenuOnDemand>
  )
}
