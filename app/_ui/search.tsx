'use client'
import { useEffect, useRef } from 'react'
import { cataloguePath } from './paths.ts'

/** Search over the catalogue: a plain form; with JavaScript ⌘K or Ctrl K jumps to it. */
export function Search({ initial = '' }: { initial?: string }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    window.addEventListener('keydown', jump)
    return () => window.removeEventListener('keydown', jump)
  }, [])
  return (
    <search className="order-2 w-62 min-w-40 md:w-80 max-sm:w-auto max-sm:flex-1 print:hidden">
      <form className="relative flex items-center" action={cataloguePath}>
        <svg className="pointer-events-none absolute left-3 size-4 text-muted" viewBox="0 0 16 16" aria-hidden="true">
          <path
            d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.6-1.4L14 14"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.6"
            strokeLinecap="round"
          />
        </svg>
        <input
          ref={input}
          type="search"
          className="h-10 w-full ps-9 pe-3 placeholder:text-muted placeholder:opacity-100 focus-visible:-outline-offset-1 max-sm:h-11"
          name="q"
          defaultValue={initial}
          placeholder="Find anything"
          aria-label="Find a feed, table, column, owner, flow or connection"
          aria-keyshortcuts="Meta+K Control+K"
          autoComplete="off"
        />
      </form>
    </search>
  )
}
