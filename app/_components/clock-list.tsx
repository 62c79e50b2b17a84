import type { JudgedClock } from '#lib/domain/facts.ts'
import type { AssetPage } from '#lib/queries/asset-page.ts'
import { CLOCK_WORDS } from '../_lib/clock-words.ts'
import { judgedClocks } from '../_lib/judged-clocks.ts'
import { Section } from './section.tsx'
import { Age, Time } from './time.tsx'

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
