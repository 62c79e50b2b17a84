import { Fragment } from 'react'
import { subjectPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import type { Piece } from '#lib/domain/wording/pieces.ts'

/** A sentence with its instants as near as they are, and its names as links; `plain`: names without. */
export function Pieces({ of, plain = false }: { of: readonly Piece[]; plain?: boolean }) {
  return of.map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a sentence has its pieces in one order
    <Fragment key={index}>
      <One piece={piece} plain={plain} />
    </Fragment>
  ))
}

function One({ piece, plain }: { piece: Piece; plain: boolean }) {
  if (typeof piece === 'string') return piece
  if ('at' in piece) return <Time at={piece.at} form="near" />
  if (plain) return <bdi>{piece.name}</bdi>
  return (
    <a href={subjectPath(piece)}>
      <bdi>{piece.name}</bdi>
    </a>
  )
}
