import { Section } from '#app/_ui/section.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import type { AssetPage } from '#lib/queries/pages/asset-page.ts'
import { CLOCK_WORDS } from './clock-words.ts'

const ORDER = ['dataThroughAt', 'writtenAt', 'loadedAt', 'probedAt'] as const

/** The four clocks, never mixed up: each with what it means, and which one the promise is about. */
export function ClockList({ found }: { found: AssetPage }) {
  return (
    <Section title="Four clocks">
      <dl className="fact-grid">
        {ORDER.map((clock) => (
          <div key={clock}>
            <dt>
              {CLOCK_WORDS[clock].name}
              {isJudged(found.look.clocks, clock) && <span className="tag">judged</span>}
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

function isJudged(judged: readonly JudgedClock[], clock: JudgedClock | 'probedAt'): boolean {
  return clock !== 'probedAt' && judged.includes(clock)
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
