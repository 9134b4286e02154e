import { IconMapPinOff } from '@tabler/icons-react'
import { Empty } from '../ui/empty.tsx'
import { TextLink } from '../ui/text-link.tsx'

/** An address that leads nowhere, or to an organisation of which one is no member: from outside it is the same. */
export function NothingHere() {
  return (
    <Empty
      isPage
      icon={<IconMapPinOff size={26} stroke={1.6} />}
      title="There is nothing here"
      action={<TextLink to="/">Go to your organisation</TextLink>}
    >
      Either this address leads nowhere, or it belongs to an organisation that you are not a member of.
    </Empty>
  )
}
