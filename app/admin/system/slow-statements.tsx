import { formatDuration } from '#lib/domain/wording/durations.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { SlowQuery } from '#lib/queries/pages/system-page.ts'

/** What the server has spent most of its time on. */
export function SlowStatements({ statements }: { statements: readonly SlowQuery[] }) {
  if (statements.length === 0) return <p>Nothing was measured yet.</p>
  return (
    <ol className="divide-y divide-line border-t border-line">
      {statements.map(({ text, calls, meanMs, totalMs }) => (
        <li key={text} className="py-3 text-sm">
          <p>
            {timeInWords(totalMs)} in all, {timeInWords(meanMs)} each <span className="muted">({formatCount(calls)} times)</span>
          </p>
          <code className="muted wrap-anywhere">{text}</code>
        </li>
      ))}
    </ol>
  )
}

/** Short ones in milliseconds, which is where they differ. */
function timeInWords(ms: number): string {
  return ms < 1000 ? `${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms` : formatDuration(ms)
}
