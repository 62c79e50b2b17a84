import type { Status } from '#lib/domain/freshness/status.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'

/** The icon of a status; the word stands beside it, so it is decoration for a screen reader. */
export function StatusIcon({ status }: { status: Status | null }) {
  return (
    <svg className={`i-${status ?? 'none'}`} aria-hidden="true">
      <use href={`#i-${status ?? 'none'}`} />
    </svg>
  )
}

/** A status as icon and word. */
export function StatusMark({ status, big = false }: { status: Status | null; big?: boolean }) {
  return (
    <span className={`status t-${status ?? 'none'}${big ? ' big' : ''}`}>
      <svg aria-hidden="true">
        <use href={`#i-${status ?? 'none'}`} />
      </svg>
      {statusInWords(status)}
    </span>
  )
}
