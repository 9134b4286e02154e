import { ActionIcon } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { AnyPermission } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { IconInfoCircle } from '@tabler/icons-react'
import { useId } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { inPlainWords } from '../roles/describe.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useFresh } from '../ui/use-fresh.ts'
import classes from './why.module.css'

/** Why a member may or may not, by the server’s own rule, when one asks. */
export function Why({ member, permission }: { member: MemberRow; permission: AnyPermission }) {
  const [isOpen, { toggle }] = useDisclosure(false)
  const id = useId()
  return (
    <>
      <ActionIcon
        size={24}
        className={classes.button ?? ''}
        onClick={toggle}
        aria-label={`Why: ${inPlainWords(permission)}`}
        aria-expanded={isOpen}
        {...(isOpen ? { 'aria-controls': id } : {})}
      >
        <IconInfoCircle size={15} stroke={1.8} />
      </ActionIcon>
      {isOpen && (
        <span id={id} className={classes.reason} role="status">
          {/* What decides it is another rule once role or status is another. */}
          <Reason key={`${member.role} ${member.status}`} member={member} permission={permission} />
        </span>
      )}
    </>
  )
}

function Reason({ member, permission }: { member: MemberRow; permission: AnyPermission }) {
  const { id: organisation } = useOrganisation()
  const { answer: found, error } = useFresh(undefined, (options) =>
    rolecall.permissions.explain({ organisation, permission, member: member.id }, options),
  )
  if (error !== undefined) return <ProblemNote error={error} />
  if (found === undefined) return null
  return (
    <>
      {found.reason} {found.roles.length > 0 && `Held by ${list.format(found.roles.map(({ name }) => name))}.`}
    </>
  )
}

const list = new Intl.ListFormat('en-GB')
