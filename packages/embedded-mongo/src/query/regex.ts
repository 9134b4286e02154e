import { CommandError } from '../errors.ts'

// MongoDB's expressions are PCRE. What both dialects know is translated where they differ (`$`, `.`, `\s`, escaped
// punctuation); what JavaScript does not know fails to compile in its strict Unicode mode and is refused.

const anchors: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=\\n?(?![\\s\\S]))',
  h: '[\\t ]',
  s: '[\\t-\\r ]',
  S: '[^\\t-\\r ]',
}

const inClass: Readonly<Record<string, string>> = { h: '\\t ', s: '\\t-\\r ' }

const isKeptEscaped = (character: string): boolean => /[\w^$\\.*+?()[\]{}|/-]/.test(character)

type Flags = { readonly isMultiline: boolean; readonly isDotAll: boolean; readonly isExtended: boolean }

const plainTranslation = (character: string, { isMultiline, isDotAll }: Flags): string => {
  switch (character) {
    case '^':
      return isMultiline ? '(?:(?<![\\s\\S])|(?<=\\n)(?=[\\s\\S]))' : '^'
    case '$':
      return isMultiline ? '(?:(?=\\n)|(?![\\s\\S]))' : '(?=\\n?(?![\\s\\S]))'
    case '.':
      return isDotAll ? '[\\s\\S]' : '[^\\n]'
    case ']':
      return '\\]'
    default:
      return character
  }
}

const translate = (pattern: string, flags: Flags): string => {
  let result = ''
  let isInClass = false
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index)
    if (character === '\\') {
      index += 1
      const escaped = pattern.charAt(index)
      const special = (isInClass ? inClass : anchors)[escaped]
      if (special !== undefined) result += special
      else if (escaped === '-' && !isInClass) result += '-'
      else result += isKeptEscaped(escaped) || escaped === '' ? `\\${escaped}` : escaped
    } else if (isInClass) {
      // PCRE's [[:alpha:]] would mean something else here.
      if (character === '[') result += pattern.charAt(index + 1) === ':' ? '[' : '\\['
      else result += character
      if (character === ']') isInClass = false
    } else if (character === '[') {
      isInClass = true
      result += '['
      if (pattern.charAt(index + 1) === '^') {
        index += 1
        result += '^'
      }
      // A bracket in first place is an ordinary character in PCRE.
      if (pattern.charAt(index + 1) === ']') {
        index += 1
        result += '\\]'
      }
    } else if (flags.isExtended && /\s/.test(character)) {
    } else if (flags.isExtended && character === '#') {
      while (index + 1 < pattern.length && pattern.charAt(index) !== '\n') index += 1
    } else {
      result += plainTranslation(character, flags)
    }
  }
  return result
}

const invalid = (detail: string): CommandError =>
  new CommandError('Location51091', `Regular expression is invalid: ${detail}`)

/** @throws Location51091 for what JavaScript cannot express, Location51108 for unknown options */
export const compileRegex = (pattern: string, options: string): RegExp => {
  if (/[^imsxu]/.test(options)) throw new CommandError('Location51108', `invalid flag in regex options: ${options}`)
  const inline = /^\(\?([imsx]+)\)/.exec(pattern)
  const all = options + (inline?.[1] ?? '')
  if (/\[\[?:\w+:\]/.test(pattern)) throw invalid('POSIX classes are not supported by the embedded engine')
  const flags = { isMultiline: all.includes('m'), isDotAll: all.includes('s'), isExtended: all.includes('x') }
  try {
    return new RegExp(translate(pattern.slice(inline?.[0].length ?? 0), flags), all.includes('i') ? 'iu' : 'u')
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}
