import type { ReactNode } from 'react'
import type { Status } from '#lib/domain/freshness/status.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'

/** The icon of a status; the word stands beside it, so it is decoration for a screen reader. */
export function StatusIcon({ status }: { status: Status | null }) {
  return (
    <svg className="icon" aria-hidden="true">
      <use href={`#i-${status ?? 'none'}`} />
    </svg>
  )
}

/** How something stands: an icon of the sprite with its colour, and words. */
export function Mark({ icon, big = false, children }: { icon: string; big?: boolean; children: ReactNode }) {
  return (
    <span className={`status t-${icon}${big ? ' gap-2.5 text-[20px] leading-7 [&>svg]:size-6' : ''}`}>
      <svg aria-hidden="true">
        <use href={`#i-${icon}`} />
      </svg>
      {children}
    </span>
  )
}

/** A status as icon and word. */
export function StatusMark({ status, big = false }: { status: Status | null; big?: boolean }) {
  return (
    <Mark icon={status ?? 'none'} big={big}>
      {statusInWords(status)}
    </Mark>
  )
}
