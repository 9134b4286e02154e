import { fileURLToPath } from 'node:url'

// What comes with PDF readers has no letters beyond those of Western Europe.
const file = (name: string) => fileURLToPath(import.meta.resolve(`@expo-google-fonts/noto-sans/${name}`))

/** Noto Sans (SIL Open Font License): Latin, Greek and Cyrillic. */
export const fonts = {
  regular: file('400Regular/NotoSans_400Regular.ttf'),
  bold: file('600SemiBold/NotoSans_600SemiBold.ttf'),
} as const
