import { Section } from '#app/_ui/section.tsx'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { Bars } from '#lib/queries/shared/bars.ts'
import { BAR_DAYS, BLIND_SECONDS_DRAWN } from '#lib/queries/shared/day-cells.ts'
import type { DayRow } from '#lib/queries/shared/day-rows.ts'
import { DayBars } from './day-bars.tsx'
import { DayTable } from './day-table.tsx'

interface HistoryProps {
  subject: string
  name: string
  bars: Bars | null
  days: readonly DayRow[]
}

/** Ninety days of one subject: large bars, and the same as a table. */
export function History({ subject, name, bars, days }: HistoryProps) {
  if (bars === null) {
    return (
      <Section title="History">
        <p className="muted">Nothing was promised here so far, so there is no history to show.</p>
      </Section>
    )
  }
  return (
    <Section title="History" note={freshShare(bars)}>
      <DayBars subject={subject} name={name} until={bars.until} days={bars.days} large />
      <p className="axis large-axis" aria-hidden="true">
        <span>
          <span className="max-[1135px]:hidden print:inline!">90 days ago</span>
          <span className="hidden min-[767px]:max-[1135px]:inline print:hidden!">60 days ago</span>
          <span className="min-[767px]:hidden print:hidden!">30 days ago</span>
        </span>
        <span>today</span>
      </p>
      <DayTable days={days} name={name} />
    </Section>
  )
}

function freshShare({ share, unseenSeconds }: Bars): string | undefined {
  if (share === null) return undefined
  const unseen = unseenSeconds < BLIND_SECONDS_DRAWN ? '' : `; nobody could see for ${formatDuration(unseenSeconds * 1000)}`
  return `${share.toFixed(2)} % of the judged time of ${BAR_DAYS} days fresh${unseen}`
}
