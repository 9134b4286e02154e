import { NativeSelect, TextInput } from '@mantine/core'
import { canAssign, type RoleId } from '@rolecall/contract'
import { useState } from 'react'
import { RoleChoice } from '../members/role-choice.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { grantOf } from '../roles/roles.ts'

const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '366', label: 'A year' },
  { value: 'never', label: 'As long as nobody revokes it' },
]

/** What a form says of when a key expires; nothing where that is to stay. */
export function expiryOf(value: string): { expiresInDays?: number | null } {
  if (value === '') return {}
  return { expiresInDays: value === 'never' ? null : Number(value) }
}

/** What is chosen of a key, for a form: name, days and role. */
export function KeyFields(props: {
  name?: string
  role: RoleId
  onRole: (role: RoleId) => void
  /** The key has an expiry, which may stay. */
  isThere?: boolean
  error: string | undefined
}) {
  const { me } = useOrganisation()
  const lasting = props.isThere === true ? [{ value: '', label: 'As it is' }, ...lifetimes] : lifetimes
  return (
    <>
      <TextInput
        name="name"
        label="Name"
        description="What uses it, so that you know later which one to revoke."
        placeholder="Deployments"
        defaultValue={props.name}
        autoComplete="off"
        maxLength={100}
        required
        withAsterisk={false}
        error={props.error}
        data-autofocus
      />
      <RoleChoice
        label="It may do what this role permits"
        value={props.role}
        onChange={props.onRole}
        may={(role) => canAssign(me, undefined, grantOf(role))}
      />
      <NativeSelect name="days" label="Valid for" data={lasting} defaultValue={props.isThere === true ? '' : '90'} />
    </>
  )
}

/** The role that is chosen at first: one that reads and pushes. */
export function useRole(first: RoleId = 'developer'): [RoleId, (role: RoleId) => void] {
  return useState<RoleId>(first)
}
