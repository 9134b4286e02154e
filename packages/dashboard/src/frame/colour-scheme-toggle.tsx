import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core'
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react'
import classes from './colour-scheme-toggle.module.css'

const schemes = [
  { value: 'auto', name: 'As the system', icon: IconDeviceDesktop },
  { value: 'light', name: 'Light', icon: IconSun },
  { value: 'dark', name: 'Dark', icon: IconMoon },
] as const

export function ColourSchemeToggle() {
  // Mantine would suppress transitions with a style element, which the Content-Security-Policy refuses.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  return (
    <Menu position="bottom-end" width={190}>
      <Menu.Target>
        <ActionIcon size={34} aria-label="Light or dark">
          <IconSun size={18} stroke={1.7} className={classes.light} />
          <IconMoon size={18} stroke={1.7} className={classes.dark} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={colorScheme}>
          {schemes.map(({ value, name, icon: Icon }) => (
            <Menu.RadioItem
              key={value}
              value={value}
              onChange={() => setColorScheme(value)}
              rightSection={<Icon size={16} stroke={1.7} />}
              closeMenuOnClick
            >
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
