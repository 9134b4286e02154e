import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core'
import type { Plugin } from 'vite'
import { resolver, theme } from './src/theme/theme.ts'

const name = 'virtual:theme.css'

/**
 * Mantine would write the theme's variables into a style element at run time, which a strict Content-Security-Policy
 * refuses. They do not change, so they are computed here and become a part of the style sheet.
 */
export function themeVariables(): Plugin {
  return {
    name: 'theme-variables',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => (id === `\0${name}` ? css() : undefined),
  }
}

function css(): string {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme)
  const standard = defaultCssVariablesResolver(merged)
  const ours = resolver(merged)
  return convertCssVariables(
    {
      variables: { ...standard.variables, ...ours.variables },
      light: { ...standard.light, ...ours.light },
      dark: { ...standard.dark, ...ours.dark },
    },
    ':root',
  )
}
