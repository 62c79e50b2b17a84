/** Widths of Helvetica, and of Arial and Liberation Sans, which are made to be as wide: thousandths of the size, from the space to the tilde. */
const ASCII = [
  ...[278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278],
  ...[556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556],
  ...[1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778],
  ...[667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556],
  ...[333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556],
  ...[556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584],
]
const OTHERS: Readonly<Record<string, number>> = { '·': 278, '…': 1000, '–': 556, '—': 1000, '’': 222, '“': 333, '”': 333 }
/** Letters of other alphabets, and what is drawn as wide as it is high. */
const LETTER = 620
const WIDE = 1000
/** Bold letters are so much wider. */
const BOLD = 1.07

/** How text is set. */
export interface TextStyle {
  size: number
  isBold?: boolean
}

/** About how wide a text is drawn in a sans serif of Helvetica's widths; what that has not is taken for rather too wide. */
export function widthOf(text: string, { size, isBold = false }: TextStyle): number {
  let thousandths = 0
  for (const character of text.toWellFormed().normalize('NFD')) thousandths += widthOfCharacter(character)
  return (thousandths / 1000) * size * (isBold ? BOLD : 1)
}

function widthOfCharacter(character: string): number {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x7f) return ASCII[code - 0x20] ?? 0
  if (/^[\p{M}\p{Cf}\ufffe\uffff]$/u.test(character)) return 0
  return (
    OTHERS[character] ??
    (/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{So}]$/u.test(character) ? WIDE : LETTER)
  )
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The text as far as there is room, with an ellipsis where something is left out; never half a character. */
export function cutToWidth(text: string, width: number, style: TextStyle): string {
  if (widthOf(text, style) <= width) return text
  const room = width - widthOf('…', style)
  let cut = ''
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(cut + segment, style) > room) break
    cut += segment
  }
  return `${cut.trimEnd()}…`
}

/** The text on at most so many lines, broken between words, within one where it alone is too long; the last line says by an ellipsis that there is more. */
export function wrapToWidth(text: string, { width, lines }: { width: number; lines: number }, style: TextStyle): string[] {
  const wrapped: string[] = []
  let rest = text.trim()
  while (rest !== '' && wrapped.length < lines - 1) {
    const line = firstLine(rest, width, style)
    wrapped.push(line.trim())
    rest = rest.slice(line.length).trim()
  }
  return rest === '' ? wrapped : [...wrapped, cutToWidth(rest, width, style)]
}

function firstLine(text: string, width: number, style: TextStyle): string {
  let line = ''
  for (const word of text.match(/\s*\S+/gu) ?? []) {
    if (widthOf(line + word, style) > width) break
    line += word
  }
  return line === '' ? firstLetters(text, width, style) : line
}

/** Of a word that is too long for a line as much as fits, one character at least. */
function firstLetters(text: string, width: number, style: TextStyle): string {
  let line = ''
  for (const { segment } of graphemes.segment(text)) {
    if (line !== '' && widthOf(line + segment, style) > width) break
    line += segment
  }
  return line
}
