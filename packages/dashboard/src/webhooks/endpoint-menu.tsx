import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import {
  IconDots,
  IconHistory,
  IconKey,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconSend,
  IconTrash,
  IconUserCheck,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { DangerItem } from '../ui/danger-item.tsx'
import { MenuOnDemand } from '../ui/menu-on-demand.tsx'
import type { EndpointDialogRequest } from './endpoint-dialog.tsx'
import classes from './endpoint-menu.module.css'
import { restsNow, shortUrl } from './endpoint-state.ts'
import type { EndpointActions } from './use-endpoint-actions.ts'
import { useWhyNot, useWhyNotLead } from './use-why-not.ts'

interface Props {
  endpoint: Webhook
  actions: EndpointActions
  onAsk: (request: EndpointDialogRequest) => void
}

/** What one can do with an endpoint. */
export function EndpointMenu(props: Props) {
  return (
    <MenuOnDemand
      position="bottom-end"
      width={220}
      target={(given) => (
        <ActionIcon {...given} aria-label={`Actions for ${shortUrl(props.endpoint.url)}`}>
          <IconDots size={18} />
        </ActionIcon>
      )}
    >
      {() => <Items {...props} />}
    </MenuOnDemand>
  )
}

function Items({ endpoint, actions, onAsk }: Props) {
  const { id, me } = useOrganisation()
  const whyNot = useWhyNot(endpoint)
  const whyNotLead = useWhyNotLead(endpoint)
  const isOwnerLost = endpoint.stopped?.reason === 'owner_lost'
  const whyNotSend = endpoint.enabled ? whyNot : restsNow
  return (
    <>
      <Item icon={<IconSend size={16} stroke={1.7} />} whyNot={whyNotSend} onAct={() => actions.test(endpoint)}>
        Send a test event
      </Item>
      <Menu.Item
        component={Link}
        to={`/o/${id}/webhooks/${endpoint.id}/edit`}
        leftSection={<IconPencil size={16} stroke={1.7} />}
      >
        Edit…
      </Menu.Item>
      {endpoint.enabled ? (
        <Item icon={<IconPlayerPause size={16} stroke={1.7} />} onAct={() => actions.pause(endpoint)}>
          Pause
        </Item>
      ) : (
        <Item
          icon={<IconPlayerPlay size={16} stroke={1.7} />}
          whyNot={isOwnerLost ? 'Its owner is lost. Adopt it instead.' : whyNot}
          onAct={() => actions.resume(endpoint)}
        >
          Resume
        </Item>
      )}
      <Item
        icon={<IconHistory size={16} stroke={1.7} />}
        whyNot={whyNot}
        onAct={() => onAsk({ kind: 'replay', endpoint })}
      >
        Replay…
      </Item>
      <Item
        icon={<IconKey size={16} stroke={1.7} />}
        whyNot={whyNotLead}
        onAct={() => onAsk({ kind: 'rotate', endpoint })}
      >
        New secret…
      </Item>
      {endpoint.owner.id !== me.account && (
        <Item icon={<IconUserCheck size={16} stroke={1.7} />} onAct={() => onAsk({ kind: 'adopt', endpoint })}>
          Adopt…
        </Item>
      )}
      <Menu.Divider />
      <DangerItem icon={<IconTrash size={16} stroke={1.7} />} onAct={() => onAsk({ kind: 'delete', endpoint })}>
        Delete…
      </DangerItem>
    </>
  )
}

/** An entry that stays when it may not be done, and says why. */
function Item(props: { icon: ReactNode; whyNot?: string | undefined; onAct: () => void; children: string }) {
  const { whyNot } = props
  const isOpen = whyNot === undefined
  return (
    <Tooltip label={whyNot} disabled={isOpen} position="left" events={{ hover: true, focus: true, touch: true }}>
      <Menu.Item
        className={classes.item ?? ''}
        leftSection={props.icon}
        aria-disabled={!isOpen}
        closeMenuOnClick={isOpen}
        onClick={() => isOpen && props.onAct()}
      >
        {props.children}
      </Menu.Item>
    </Tooltip>
  )
}
