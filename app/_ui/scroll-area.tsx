import type { ReactNode } from 'react'

/** Something that scrolls by itself, and can be reached and scrolled by the keyboard. */
export function ScrollArea({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a page has many of these; each as a region would crowd the list of landmarks
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <div role="group" className={className} tabIndex={0} aria-label={label}>
      {children}
    </div>
  )
}
