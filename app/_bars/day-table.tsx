import { dayPath } from '#app/_ui/paths.ts'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { LEGEND_ORDER } from '#app/_ui/status-labels.ts'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { dayName } from '#lib/domain/wording/dates.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { DayRow } from '#lib/queries/shared/day-rows.ts'

const LATE_SHOWN = 3

/** The bars for those who would rather read. */
export function DayTable({ days, name }: { days: readonly DayRow[]; name: string }) {
  return (
    <details className="fold again">
      <summary>These days as a table</summary>
      <ScrollArea className="scroll" label="These days as a table">
        <table className="table">
          <caption className="sr-only">{name}, day by day, the newest first</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Worst</th>
              <th scope="col">How long</th>
              <th scope="col">Deliveries</th>
              <th scope="col">Ready in time</th>
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day.day}>
                <th scope="row">
                  <a href={dayPath(day.day)}>{dayName(day.day)}</a>
                </th>
                <td>
                  <StatusMark status={day.worst} />
                </td>
                <td>{split(day)}</td>
                <td>{deliveries(day)}</td>
                <td>{day.ready === null ? '–' : day.ready ? 'yes' : 'no'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </details>
  )
}

function split(day: DayRow): string {
  const parts = LEGEND_ORDER.filter((status) => day[status] > 0).map(
    (status) => `${statusInWords(status).toLowerCase()} ${formatDuration(day[status] * 1000)}`,
  )
  if (day.blind > 0) parts.push(`not seen ${formatDuration(day.blind * 1000)}`)
  return parts.length === 0 ? '–' : parts.join(', ')
}

function deliveries(day: DayRow): string {
  if (day.expected === null || day.missed === null) return 'not over yet'
  if (day.expected === 0) return '–'
  const late = day.lateDeliveries.slice(0, LATE_SHOWN).map(({ words }) => words)
  const more = (day.cameLate ?? 0) - late.length
  return [`${Math.max(0, day.expected - day.missed)} of ${day.expected}`, ...late, ...(more > 0 ? [`${more} more late`] : [])].join('; ')
}
