'use client'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { usePageTime } from '#app/_ui/zone.tsx'
import { clockTime } from '#lib/domain/wording/dates.ts'
import type { LogLine } from '#lib/queries/runs/run-rows.ts'
import { piecesOf } from './grown-log.ts'

const COLOURS: Record<string, string> = { warn: 'text-late-text', error: 'text-stale-text' }

/** Lines of a log, oldest first and its end in sight; warnings and errors say so in a word, what was looked for is marked. */
export function LogLines({ lines, find = '' }: { lines: readonly LogLine[]; find?: string }) {
  const { zone } = usePageTime()
  if (lines.length === 0) return <p className="muted small">No log lines.</p>
  return (
    // Its end is what one wants to see: reversed, it stays in sight while lines are added.
    <ScrollArea
      className="flex max-h-[480px] flex-col-reverse overflow-auto rounded bg-sheet px-4 py-3 font-mono text-note max-md:p-2 max-md:text-[12px] print:max-h-none print:overflow-visible print:whitespace-pre-wrap"
      label="Log"
    >
      <ol className="*:grid *:grid-cols-[80px_minmax(0,1fr)] max-md:*:grid-cols-[68px_minmax(0,1fr)] [&_time]:text-muted">
        {lines.map((line) => (
          <li key={line.id}>
            <time suppressHydrationWarning>{clockTime(line.at, zone)}</time>
            <span className={COLOURS[line.level]}>
              {line.level !== 'info' && <b className="font-normal">{line.level}: </b>}
              <Marked text={line.message} find={find} />
            </span>
          </li>
        ))}
      </ol>
    </ScrollArea>
  )
}

function Marked({ text, find }: { text: string; find: string }) {
  return piecesOf(text, find).map((piece, index) => {
    const key = `${index} ${piece}`
    return index % 2 === 1 ? (
      <mark key={key} className="bg-ink text-paper">
        {piece}
      </mark>
    ) : (
      <span key={key}>{piece}</span>
    )
  })
}
