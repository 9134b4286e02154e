import { Spotlight } from '@mantine/spotlight'
import {
  IconBox,
  IconLogout,
  IconPlus,
  type IconProps,
  IconReceipt,
  IconShieldPlus,
  IconUserCircle,
  IconUserPlus,
  IconWebhook,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { useNavigate } from 'react-router'
import { sectionsFor } from '../frame/sections.ts'
import type { OrganisationHere } from '../organisations/organisation-context.ts'

interface Choice {
  readonly name: string
  readonly icon: ComponentType<IconProps>
  readonly act: () => void
}

export function ActionResults(props: {
  wanted: string
  organisation: OrganisationHere | undefined
  onAdd: () => void
  onSignOut: () => void
}) {
  const navigate = useNavigate()
  const { organisation } = props
  const choices: Choice[] = [
    ...(organisation === undefined ? [] : choicesIn(organisation, navigate)),
    { name: 'Add an organisation', icon: IconPlus, act: props.onAdd },
    { name: 'Your account', icon: IconUserCircle, act: () => navigate('/account') },
    { name: 'Sign out', icon: IconLogout, act: props.onSignOut },
  ]
  const found = choices.filter(({ name }) => name.toLocaleLowerCase().includes(props.wanted))
  if (found.length === 0) return null
  return (
    <Spotlight.ActionsGroup label="Go and do">
      {found.map(({ name, icon: Icon, act }) => (
        <Spotlight.Action key={name} label={name} leftSection={<Icon size={20} stroke={1.7} />} onClick={act} />
      ))}
    </Spotlight.ActionsGroup>
  )
}

function choicesIn({ id, name, permissions }: OrganisationHere, navigate: (to: string) => unknown): Choice[] {
  const pages = sectionsFor(permissions).map((section) => ({
    name: section.name,
    icon: section.icon,
    act: () => navigate(`/o/${id}/${section.path}`),
  }))
  const invite = {
    name: `Invite somebody to ${name}`,
    icon: IconUserPlus,
    act: () => navigate(`/o/${id}/members?invite`),
  }
  const compose = { name: 'Compose a role', icon: IconShieldPlus, act: () => navigate(`/o/${id}/roles/new`) }
  const build = { name: 'Add an application', icon: IconBox, act: () => navigate(`/o/${id}/applications?add`) }
  const post = { name: 'Add a webhook endpoint', icon: IconWebhook, act: () => navigate(`/o/${id}/webhooks/new`) }
  const bill = { name: 'Draft an invoice', icon: IconReceipt, act: () => navigate(`/o/${id}/billing/new`) }
  return [
    ...pages,
    ...(permissions.includes('member:manage') ? [invite] : []),
    ...(permissions.includes('role:manage') ? [compose] : []),
    ...(permissions.includes('application:create') ? [build] : []),
    ...(permissions.includes('webhook:manage') ? [post] : []),
    ...(permissions.includes('billing:manage') ? [bill] : []),
  ]
}
