import { decodeSegment } from '#app/_ui/paths.ts'
import type { SubjectName } from '#lib/queries/pages/subject-bars.ts'
import { refuse } from './respond.ts'

const KINDS = ['group', 'feed', 'asset'] as const

/** Reads `feed:terms`. */
export function parseSubject(text: string): SubjectName {
  const colon = text.indexOf(':')
  const kind = KINDS.find((known) => known === text.slice(0, colon))
  const key = text.slice(colon + 1)
  if (kind === undefined || key === '' || key.length > 600)
    throw refuse(`"${text.slice(0, 80)}" is no subject; write group:<key>, feed:<key> or asset:<key>.`)
  return { kind, key }
}

/** Reads `feed:terms,feed:a%2Cb`: a comma inside a key is written %2C. */
export function parseSubjects(text: string): SubjectName[] {
  return text.split(',').map((part) => {
    const decoded = decodeSegment(part)
    if (decoded === null) throw refuse(`"${part.slice(0, 80)}" is not well encoded.`)
    return parseSubject(decoded)
  })
}
