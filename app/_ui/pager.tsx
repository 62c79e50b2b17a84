import type { PageOf } from './pages-of.ts'

interface PagerProps {
  of: Omit<PageOf<unknown>, 'items'>
  what: string
  /** By what they are in order. */
  order: string
  hrefOf: (page: number) => string
}

/** The way through the pages of a long list; nothing where there is one. */
export function Pager({ of, what, order, hrefOf }: PagerProps) {
  if (of.pages < 2) return null
  return (
    <nav className="pages" aria-label={`Pages of ${what}`}>
      {of.page > 1 && <a href={hrefOf(of.page - 1)}>Before</a>}
      <span className="muted">{` Page ${of.page} of ${of.pages}, ${order} `}</span>
      {of.page < of.pages && <a href={hrefOf(of.page + 1)}>Next</a>}
    </nav>
  )
}
