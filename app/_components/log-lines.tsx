'use client'
import type { LogLine } from '#lib/queries/run-rows.ts'
import { clockTime } from '../_lib/format-time.ts'
import { usePageTime } from './zone.tsx'

/** Lines of a log, oldest first; warnings and errors say so in a word. */
export function LogLines({ lines }: { lines: readonly LogLine[] }) {
  const { zone } = usePageTime()
  if (lines.length === 0) return <p className="muted small">No log lines.</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <ol className="log" tabIndex={0} aria-label="Log">
      {lines.map((line) => (
        <li key={line.id} className={line.level}>
          <time suppressHydrationWarning>{clockTime(line.at, zone)}</time>
          <span>
            {line.level === 'info' ? '' : `${line.level}: `}
            {line.message}
          </span>
        </li>
      ))}
    </ol>
  )
}
