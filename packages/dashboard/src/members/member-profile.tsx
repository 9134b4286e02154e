import type { Role } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { Suspense, useEffect, useState } from 'react'
import { MemberDialog } from '../dialogs.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { CopyableId } from '../ui/copyable-id.tsx'
import { Initials } from '../ui/initials.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { RoleBadge } from '../ui/role-badge.tsx'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { YouTag } from '../ui/you-tag.tsx'
import { MemberActions } from './member-actions.tsx'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import { MemberPermissions } from './member-permissions.tsx'
import classes from './member-profile.module.css'
import { SuspendedTag } from './suspended-tag.tsx'

/** One member: who it is, what they may do and why, and what one may do about it. */
export function MemberProfile({ member }: { member: MemberRow }) {
  const { id, me, roles } = useOrganisation()
  const [dialog, setDialog] = useState<MemberDialogRequest>()
  const { account } = member
  const role = roles.get(member.role)
  const isSelf = account.id === me.account
  useEffect(() => {
    document.title = `${account.name} · Rolecall`
  }, [account.name])

  return (
    <div className={classes.page}>
      <TextLink to={`/o/${id}/members`}>← Members</TextLink>
      <header className={classes.header}>
        <Initials id={account.id} name={account.name} size={64} />
        <div className={classes.words}>
          <h1 className={classes.name}>
            {account.name} {isSelf && <YouTag />} {member.status === 'suspended' && <SuspendedTag />}
          </h1>
          <p className={classes.email}>{account.email}</p>
        </div>
        <MemberActions member={member} onAsk={setDialog} />
      </header>
      <dl className={classes.facts}>
        <div>
          <dt>Role</dt>
          <dd>
            <RoleBadge role={role} />
          </dd>
        </div>
        <div>
          <dt>Member since</dt>
          <dd>
            <RelativeTime at={member.since} />
          </dd>
        </div>
        <div>
          <dt>Membership</dt>
          <dd>
            <CopyableId id={member.id} label="Copy the membership’s id" />
          </dd>
        </div>
        <div>
          <dt>Account</dt>
          <dd>
            <CopyableId id={account.id} label="Copy the account’s id" />
          </dd>
        </div>
      </dl>
      <Section
        title={isSelf ? 'What you may do, and why' : 'What they may do, and why'}
        about={about(isSelf ? 'You are' : `${account.name} is`, role, member.status)}
      >
        <MemberPermissions role={role} member={member} />
      </Section>
      <Suspense>
        {dialog !== undefined && <MemberDialog request={dialog} onClose={() => setDialog(undefined)} />}
      </Suspense>
    </div>
  )
}

function about(who: string, { name, description }: Role, status: MemberRow['status']): string {
  const is = `${who} ${name}. ${description}`
  return status === 'suspended' ? `${is} Access is suspended: none of it is in effect until it is given again.` : is
}
