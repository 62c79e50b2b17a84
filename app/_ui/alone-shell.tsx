import type { ReactNode } from 'react'
import { Mark } from './page-shell.tsx'
import { overviewPath } from './paths.ts'

interface AloneShellProps {
  name: string
  title: string
  lead?: ReactNode
  /** What became of the form that was sent. */
  said: string | null
  children: ReactNode
}

/** One thing to do and nothing around it: for those whom the page does not know yet. `data-alone` keeps it from following what they may not see. */
export function AloneShell({ name, title, lead, said, children }: AloneShellProps) {
  return (
    <main id="content" className="alone" data-alone>
      <a className="mb-10 flex items-center gap-2.5 font-semibold tracking-[-0.01em] no-underline max-sm:mb-8" href={overviewPath}>
        <Mark />
        <span dir="auto">{name}</span>
      </a>
      <h1>{title}</h1>
      {lead !== undefined && <p className="mt-2 text-muted">{lead}</p>}
      <Said words={said} />
      {children}
    </main>
  )
}

/** What a page says to whoever sent a form from it. */
export function Said({ words }: { words: string | null }) {
  if (words === null) return null
  return (
    <p className="said" role="status">
      {words}
    </p>
  )
}
