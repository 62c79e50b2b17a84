import { Fragment } from 'react'
import { markedPieces } from '#lib/domain/search/match.ts'
import type { SearchWords } from '#lib/domain/search/question.ts'

interface MarkedProps {
  text: string
  search: SearchWords
  /** A key may break after its own separators. */
  isKey?: boolean
}

/** A text with what was looked for marked in it. */
export function Marked({ text, search, isKey = false }: MarkedProps) {
  let at = 0
  return markedPieces(text, search).map((piece) => {
    const key = at
    at += piece.text.length
    const shown = isKey ? breakable(piece.text) : piece.text
    return piece.isMarked ? <mark key={key}>{shown}</mark> : <Fragment key={key}>{shown}</Fragment>
  })
}

function breakable(text: string) {
  return text.split(/(?<=[/._])/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts may repeat
    <Fragment key={index}>
      {part}
      {/[/._]$/.test(part) && <wbr />}
    </Fragment>
  ))
}
