import { useDeleted } from '../organisations/deleted-context.ts'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'

/** The way to deleted organisations that can be brought back; nothing where there are none. */
export function RestorableOrganisations() {
  const names = useDeleted().rows?.map(({ name }) => name) ?? []
  if (names.length === 0) return null
  return (
    <Section title="Deleted organisations" about="As their Admin you can bring them back, for 30 days.">
      <TextLink to="/deleted">{names.length === 1 ? `Restore ${names[0]}` : `See all ${names.length}`}</TextLink>
    </Section>
  )
}
