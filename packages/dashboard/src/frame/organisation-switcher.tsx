import { Combobox, UnstyledButton, useCombobox } from '@mantine/core'
import type { Organisation } from '@rolecall/contract'
import { IconCheck, IconPlus, IconRestore, IconSelector } from '@tabler/icons-react'
import { useState } from 'react'
import { Initials } from '../ui/initials.tsx'
import { RoleBadge } from '../ui/role-badge.tsx'
import classes from './organisation-switcher.module.css'

const add = 'add'
const restore = 'restore'

/** The first thing in the head bar: where one is, and where else one could be. */
export function OrganisationSwitcher(props: {
  organisations: readonly Organisation[]
  current: Organisation | undefined
  /** One's own personal organisation: it stands first. */
  own: string | undefined
  /** How many deleted ones can be restored. */
  deleted: number
  onSwitch: (organisation: string) => void
  onRestore: () => void
  onAdd: () => void
}) {
  const [search, setSearch] = useState('')
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => {
      combobox.resetSelectedOption()
      combobox.focusTarget()
      setSearch('')
    },
  })
  const wanted = search.trim().toLocaleLowerCase()
  const found = props.organisations
    .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
    .sort((a, b) => Number(b.id === props.own) - Number(a.id === props.own))

  const choose = (value: string) => {
    combobox.closeDropdown()
    if (value === add) props.onAdd()
    else if (value === restore) props.onRestore()
    else props.onSwitch(value)
  }

  return (
    <Combobox
      store={combobox}
      onOptionSubmit={choose}
      width={320}
      position="bottom-start"
      shadow="lg"
      offset={6}
      withinPortal={false}
    >
      <Combobox.Target targetType="button" withAriaAttributes={false}>
        <UnstyledButton
          className={classes.target}
          onClick={() => combobox.toggleDropdown()}
          aria-haspopup="listbox"
          aria-expanded={combobox.dropdownOpened}
        >
          {props.current === undefined ? (
            <span className={classes.name}>Choose an organisation</span>
          ) : (
            <>
              <Initials id={props.current.id} name={props.current.name} size={26} square />
              <span className="visually-hidden">Organisation: </span>
              <span className={classes.name}>{props.current.name}</span>
            </>
          )}
          <IconSelector size={16} className={classes.chevron} />
        </UnstyledButton>
      </Combobox.Target>

      <Combobox.Dropdown className={classes.dropdown}>
        <Combobox.Search
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            combobox.selectFirstOption()
          }}
          placeholder="Find an organisation"
          aria-label="Find an organisation"
        />
        <Combobox.Options aria-label="Your organisations">
          <div className={classes.list} role="presentation">
            {found.map((organisation) => (
              <Combobox.Option
                key={organisation.id}
                value={organisation.id}
                selected={organisation.id === props.current?.id}
                className={classes.option}
              >
                <Initials id={organisation.id} name={organisation.name} size={30} square />
                <span className={classes.words}>
                  <span className={classes.optionName}>{organisation.name}</span>
                  <span className={classes.second}>
                    <RoleBadge role={{ id: organisation.role, name: organisation.roleName }} quiet />
                    {organisation.id === props.own && <span> · Personal</span>}
                  </span>
                </span>
                {organisation.id === props.current?.id && <IconCheck size={16} aria-hidden />}
              </Combobox.Option>
            ))}
            {found.length === 0 && <Combobox.Empty>No organisation of that name</Combobox.Empty>}
          </div>
          {props.deleted > 0 && (
            <Combobox.Option value={restore} className={classes.restore}>
              <IconRestore size={16} aria-hidden />
              {props.deleted === 1 ? 'Restore a deleted one' : `Restore one of ${props.deleted} deleted ones`}
            </Combobox.Option>
          )}
          <Combobox.Option value={add} className={classes.add}>
            <IconPlus size={16} aria-hidden />
            Add an organisation
          </Combobox.Option>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
