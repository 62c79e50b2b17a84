/** How wide characters run in the page's face, in parts of its size: narrow, wide, and those of scripts that fill a square. */
const NARROW = /[ijlftrI1.,:;'|!()[\]/ -]/
const WIDE = /[mwMWGOQ@%&_]/
const SQUARE = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]|\p{Extended_Pictographic}/u

/** A text as far as it has room at a size, with … where it is cut: a drawing cannot do that by itself. */
export function fitText(text: string, size: number, room: number): string {
  const characters = [...text]
  if (widthOf(characters, size) <= room) return text
  let end = characters.length
  while (end > 1 && widthOf(characters.slice(0, end), size) + size > room) end -= 1
  return `${characters.slice(0, end).join('').trimEnd()}…`
}

function widthOf(characters: readonly string[], size: number): number {
  return characters.reduce(
    (sum, each) => sum + size * (SQUARE.test(each) ? 1.05 : WIDE.test(each) ? 0.84 : NARROW.test(each) ? 0.34 : 0.57),
    0,
  )
}
