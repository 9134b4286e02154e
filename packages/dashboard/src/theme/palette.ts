import type { MantineColorsTuple } from '@mantine/core'

/** The accent: petrol, dark enough for white text from shade 6 on. */
export const petrol: MantineColorsTuple = [
  '#eef7f8',
  '#dcecef',
  '#b4d8de',
  '#88c2cc',
  '#5eacb9',
  '#35919f',
  '#1f7b8a',
  '#14697a',
  '#0f5563',
  '#0a404b',
]

/** Warm greys of light pages. */
export const stone: MantineColorsTuple = [
  '#faf9f7',
  '#f4f2ef',
  '#eae7e3',
  '#dcd8d2',
  '#c4bfb7',
  '#979189',
  '#6c675f',
  '#524e48',
  '#363330',
  '#211f1d',
]

/** Greys of dark pages: 0 is text, 7 the page, 6 what lies on it. */
export const night: MantineColorsTuple = [
  '#e4e2de',
  '#c3c0ba',
  '#a09c95',
  '#77736c',
  '#44423f',
  '#31302d',
  '#242321',
  '#191817',
  '#121211',
  '#0b0b0a',
]

/** Roles and initials have their own hues, so that they are told apart before they are read. */
export const plum: MantineColorsTuple = [
  '#f9eff5',
  '#f1deea',
  '#e2bcd4',
  '#d298bd',
  '#c175a6',
  '#ad5590',
  '#96427b',
  '#813568',
  '#682a54',
  '#4f1f40',
]
export const moss: MantineColorsTuple = [
  '#f1f7ee',
  '#e1eeda',
  '#c3dcb5',
  '#a2c98e',
  '#82b569',
  '#659c4b',
  '#4f8337',
  '#416e2c',
  '#345723',
  '#27421a',
]
export const ochre: MantineColorsTuple = [
  '#fbf5e7',
  '#f5e8c9',
  '#ead296',
  '#dcb961',
  '#cba03a',
  '#b0862a',
  '#8f6a1b',
  '#785815',
  '#5f4611',
  '#47340c',
]
export const slate: MantineColorsTuple = [
  '#f0f3f8',
  '#e0e6f0',
  '#c1cde0',
  '#a0b2ce',
  '#8097bc',
  '#637da7',
  '#4f688f',
  '#425879',
  '#344660',
  '#273449',
]
export const brick: MantineColorsTuple = [
  '#fdf1ee',
  '#fae0da',
  '#f3bfb3',
  '#eb9a89',
  '#e07762',
  '#cf5a43',
  '#b8452f',
  '#9f3825',
  '#7f2d1e',
  '#602217',
]
