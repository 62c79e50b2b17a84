import type { ReactNode } from 'react'

/** A remark beside a status: a quiet sheet with one icon, which says nothing that the words do not. */
export function Note({ icon, children }: { icon: string; children: ReactNode }) {
  return (
    <div className="note mt-4 flex items-start gap-3 rounded bg-sheet px-4 py-3 [.note+&]:mt-2 [&_p+*]:mt-1 [&>svg]:mt-1">
      <svg className="icon" aria-hidden="true">
        <use href={`#i-${icon}`} />
      </svg>
      <div>{children}</div>
    </div>
  )
}
