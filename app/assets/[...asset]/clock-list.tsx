import { Section } from '#app/_ui/section.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import type { AssetPage } from '#lib/queries/pages/asset-page.ts'
import { CLOCK_WORDS } from './clock-words.ts'
import { judgedClocks } from './judged-clocks.ts'

const ORDER = ['dataThroughAt', 'writtenAt', 'loadedAt', 'probedAt'] as const

/** The four clocks, never mixed up: each with what it means, and which one the promise is about. */
export function ClockList({ found }: { found: AssetPage }) {
  const judged = judgedClocks(found)
  return (
    <Section title="Four clocks">
      <dl className="clocks">
        {ORDER.map((clock) => (
          <div key={clock}>
            <dt>
              {CLOCK_WORDS[clock].name}
              {isJudged(judged, clock) && <span className="tag">judged</span>}
            </dt>
            <dd>
              <ClockValue at={found.asset[clock]} isDay={clock === 'dataThroughAt' && found.asset.dataThroughIsDay} />
              <span className="muted small block">{CLOCK_WORDS[clock].meaning}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

function isJudged(judged: ReadonlySet<JudgedClock>, clock: JudgedClock | 'probedAt'): boolean {
  return clock !== 'probedAt' && judged.has(clock)
}

function ClockValue({ at, isDay }: { at: number | null; isDay: boolean }) {
  if (at === null) return <>not known</>
  return (
    <>
      <Time at={at} form={isDay ? 'day' : 'long'} />
      <Age at={at} brackets />
    </>
  )
}
