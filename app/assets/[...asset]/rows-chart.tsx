import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { ArrivalRow } from '#lib/queries/pages/asset-page.ts'

const SHOWN = 60
const STEP = 12
const HEIGHT = 72

/** Rows per load, oldest left; the list of arrivals below holds the same numbers. */
export function RowsChart({ arrivals }: { arrivals: readonly ArrivalRow[] }) {
  const loads = arrivals
    .filter((arrival) => arrival.rows !== null)
    .slice(0, SHOWN)
    .reverse()
  const most = Math.max(...loads.map((load) => load.rows ?? 0))
  const last = loads.at(-1)
  if (loads.length < 2 || last === undefined) return null
  return (
    <Section title="Rows per load" note={`up to ${formatCount(most)}`}>
      <ScrollArea className="scroll" label="Rows per load">
        <svg
          className="print:max-w-full"
          width={loads.length * STEP}
          height={HEIGHT}
          viewBox={`0 0 ${loads.length * STEP} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Rows of the last ${loads.length} loads, the newest ${formatCount(last.rows ?? 0)}, at most ${formatCount(most)}`}
        >
          {loads.map((load, index) => {
            const height = most === 0 ? 1 : Math.max(1, Math.round((HEIGHT * (load.rows ?? 0)) / most))
            return <rect key={load.id} x={index * STEP} y={HEIGHT - height} width={STEP - 2} height={height} className="fill-faint" />
          })}
        </svg>
      </ScrollArea>
      <p className="muted small">
        The newest: {formatCount(last.rows ?? 0)} {last.rows === 1 ? 'row' : 'rows'}
        {last.at !== null && (
          <>
            , <Time at={last.at} form="long" />
          </>
        )}
      </p>
    </Section>
  )
}
