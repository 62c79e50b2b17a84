import type { ReactNode } from 'react'

/** A remark beside a status: a quiet sheet with one icon, which says nothing that the words do not. */
export function Note({ icon, children }: { icon: string; children: ReactNode }) {
  return (
    <div className="note">
      <svg className={`i-${icon}`} aria-hidden="true">
        <use href={`#i-${icon}`} />
      </svg>
      <div>{children}</div>
    </div>
  )
}
