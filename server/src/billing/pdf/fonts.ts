import { fileURLToPath } from 'node:url'

/**
 * Noto Sans (SIL Open Font License): Latin, Greek and Cyrillic. The fonts that PDF readers bring along have no letters
 * beyond those of Western Europe.
 */
export const fonts = {
  regular: fileURLToPath(import.meta.resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf')),
  bold: fileURLToPath(import.meta.resolve('@expo-google-fonts/noto-sans/600SemiBold/NotoSans_600SemiBold.ttf')),
} as const
