'use client'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { usePageTime } from '#app/_ui/zone.tsx'
import { clockTime } from '#lib/domain/wording/dates.ts'
import type { LogLine } from '#lib/queries/runs/run-rows.ts'
import { piecesOf } from './grown-log.ts'

/** Lines of a log, oldest first and its end in sight; warnings and errors say so in a word, what was looked for is marked. */
export function LogLines({ lines, find = '' }: { lines: readonly LogLine[]; find?: string }) {
  const { zone } = usePageTime()
  if (lines.length === 0) return <p className="muted small">No log lines.</p>
  return (
    <ScrollArea className="log" label="Log">
      <ol>
        {lines.map((line) => (
          <li key={line.id} className={line.level}>
            <time suppressHydrationWarning>{clockTime(line.at, zone)}</time>
            <span>
              {line.level !== 'info' && <b>{line.level}: </b>}
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
    // A text has no better names for its pieces than their places.
    const key = `${index} ${piece}`
    return index % 2 === 1 ? <mark key={key}>{piece}</mark> : <span key={key}>{piece}</span>
  })
}
