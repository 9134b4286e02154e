import { Allowed } from '../organisations/allowed.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { CopyableId } from '../ui/copyable-id.tsx'
import { Page } from '../ui/page.tsx'
import { Section } from '../ui/section.tsx'
import { useWatched } from '../ui/use-watched.ts'
import { DeleteOrganisation } from './delete-organisation.tsx'
import { DescriptionForm } from './description-form.tsx'
import { DevelopersSwitch } from './developers-switch.tsx'
import { HeldNames } from './held-names.tsx'
import { RenameForm } from './rename-form.tsx'
import { TransferOrganisation } from './transfer-organisation.tsx'

export default function SettingsPage() {
  return (
    <Allowed needs="organisation:update">
      <Settings />
    </Allowed>
  )
}

function Settings() {
  const { id, name, owner, permissions, live } = useOrganisation()
  const { description = '', developersSeeMembers = false } = useWatched(live).organisation ?? {}
  return (
    <Page title="Settings" about={`How ${name} is called, what holds in it, and whether it stays.`} narrow>
      <Section
        title="Name"
        about="Unique among all organisations. After a change the former name stays held for 30 days, so that nobody takes it at once."
      >
        <RenameForm />
        <HeldNames organisation={id} name={name} />
      </Section>
      <Section title="Description" about="What it is for, in a line or two. All members see it.">
        <DescriptionForm organisation={id} present={description} />
      </Section>
      <Section title="Who sees whom">
        <DevelopersSwitch organisation={id} present={developersSeeMembers} />
      </Section>
      <Section title="Id" about="What programs know this organisation by. It never changes.">
        <CopyableId id={id} />
      </Section>
      {owner !== null ? (
        <Section
          title="A personal organisation"
          about="It came with an account and stays with it: members can be added to it, but its owner can neither leave nor be removed, and it can only be deleted together with the account."
        >
          {null}
        </Section>
      ) : (
        permissions.includes('organisation:delete') && (
          <>
            <TransferOrganisation />
            <DeleteOrganisation />
          </>
        )
      )}
    </Page>
  )
}
