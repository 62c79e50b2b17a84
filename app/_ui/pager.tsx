import type { PageOf } from './pages-of.ts'

/** The way through the pages of a long list; nothing where there is one. */
export function Pager({ of, what, hrefOf }: { of: Omit<PageOf<unknown>, 'items'>; what: string; hrefOf: (page: number) => string }) {
  if (of.pages < 2) return null
  return (
    <nav className="pages" aria-label={`Pages of ${what}`}>
      {of.page > 1 && <a href={hrefOf(of.page - 1)}>Before</a>}
      <span className="muted">{` Page ${of.page} of ${of.pages}, worst first `}</span>
      {of.page < of.pages && <a href={hrefOf(of.page + 1)}>Next</a>}
    </nav>
  )
}
