import type { CSSVariablesResolver, MantineThemeOverride } from '@mantine/core'
import { brick, moss, night, ochre, petrol, plum, slate, stone } from './palette.ts'

const fontFamily =
  'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Open Sans", sans-serif'

// `lockScroll` would write a style element; base.css holds the page beneath a dialog instead. The header of a dialog is
// none of the page's landmarks.
const dialog = {
  lockScroll: false,
  closeButtonProps: { 'aria-label': 'Close' },
  attributes: { header: { role: 'presentation' } },
}

export const theme: MantineThemeOverride = {
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, gray: stone, dark: night, plum, moss, ochre, slate, red: brick },
  black: '#211f1d',
  fontFamily,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: {
    fontFamily,
    fontWeight: '620',
    textWrap: 'balance',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.25' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  radius: { xs: '4px', sm: '6px', md: '9px', lg: '14px', xl: '20px' },
  defaultRadius: 'md',
  shadows: {
    xs: '0 1px 2px rgb(33 31 29 / 0.05)',
    sm: '0 1px 3px rgb(33 31 29 / 0.07), 0 1px 2px rgb(33 31 29 / 0.04)',
    md: '0 6px 20px -4px rgb(33 31 29 / 0.14), 0 2px 6px -2px rgb(33 31 29 / 0.08)',
    lg: '0 14px 40px -8px rgb(33 31 29 / 0.2), 0 4px 12px -4px rgb(33 31 29 / 0.1)',
    xl: '0 28px 70px -12px rgb(33 31 29 / 0.3)',
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: {
      defaultProps: {
        ...dialog,
        centered: true,
        padding: 'xl',
        radius: 'lg',
        shadow: 'xl',
        overlayProps: { backgroundOpacity: 0.4, blur: 2 },
      },
    },
    Drawer: { defaultProps: dialog },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, multiline: true, maw: 300 } },
    // Within the landmark that opens it, and without a place for the focus that is no entry.
    Menu: {
      defaultProps: { shadow: 'lg', radius: 'md', offset: 6, withinPortal: false, withInitialFocusPlaceholder: false },
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
}

/** What deviates from Mantine's own variables, by colour scheme. */
export const resolver: CSSVariablesResolver = () => ({
  variables: { '--page-width': '68rem', '--bar-height': '3.5rem', '--navigation-width': '15rem' },
  light: {
    '--mantine-color-body': '#fcfbfa',
    '--mantine-color-dimmed': '#6a655d',
    '--mantine-color-placeholder': '#767068',
    '--mantine-color-error': 'var(--mantine-color-red-7)',
    '--mantine-color-default-border': 'var(--mantine-color-gray-3)',
    '--surface': '#ffffff',
    '--surface-sunken': '#f6f4f1',
    '--line': '#e9e6e1',
    '--line-strong': '#d9d5ce',
    '--mark': '#e4f1f3',
    '--ink': '#211f1d',
    '--live': '#2f7d4f',
    '--waiting': '#8f6a1b',
  },
  dark: {
    '--mantine-color-body': '#171615',
    '--mantine-color-dimmed': '#a39f98',
    '--mantine-color-placeholder': '#8b877f',
    '--mantine-color-error': 'var(--mantine-color-red-3)',
    '--mantine-color-anchor': 'var(--mantine-color-petrol-3)',
    '--mantine-color-default': '#242321',
    '--mantine-color-default-border': '#3a3835',
    '--surface': '#1e1d1b',
    '--surface-sunken': '#131211',
    '--line': '#2c2b28',
    '--line-strong': '#3d3b37',
    '--mark': '#173238',
    '--ink': '#f2f0ec',
    '--live': '#6cc192',
    '--waiting': '#dcb961',
  },
})
