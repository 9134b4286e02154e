import type { Permission } from '@rolecall/contract'
import {
  IconActivity,
  IconAdjustmentsHorizontal,
  IconBox,
  IconKey,
  type IconProps,
  IconReceipt,
  IconShieldCheck,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'

export interface Section {
  readonly path: string
  readonly name: string
  readonly icon: ComponentType<IconProps>
  readonly needs: Permission
}

/** The pages of an organisation, in the order of the navigation. What one may not see is not offered. */
const sections: readonly Section[] = [
  { path: 'members', name: 'Members', icon: IconUsers, needs: 'member:read' },
  { path: 'applications', name: 'Applications', icon: IconBox, needs: 'application:read' },
  { path: 'billing', name: 'Billing', icon: IconReceipt, needs: 'billing:read' },
  { path: 'roles', name: 'Roles', icon: IconShieldCheck, needs: 'organisation:read' },
  { path: 'activity', name: 'Activity', icon: IconActivity, needs: 'organisation:read' },
  { path: 'webhooks', name: 'Webhooks', icon: IconWebhook, needs: 'webhook:manage' },
  { path: 'api-keys', name: 'API keys', icon: IconKey, needs: 'apikey:manage' },
  { path: 'settings', name: 'Settings', icon: IconAdjustmentsHorizontal, needs: 'organisation:update' },
]

export function sectionsFor(permissions: readonly Permission[]): readonly Section[] {
  return sections.filter(({ needs }) => permissions.includes(needs))
}

/** Where one lands: the first page that one’s role opens. */
export function firstPage(organisation: string, permissions: readonly Permission[]): string {
  return `/o/${organisation}/${sectionsFor(permissions)[0]?.path ?? 'roles'}`
}
