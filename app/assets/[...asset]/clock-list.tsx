import { connectionPath, runPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { UNSEEN, weaknessInWords } from '#lib/domain/wording/words.ts'
import type { AssetPage } from '#lib/queries/pages/asset-page.ts'
import type { ClockLine, Teller } from '#lib/queries/shared/clock-lines.ts'
import { CLOCK_WORDS, costInWords } from './clock-words.ts'

const ORDER = ['dataThroughAt', 'writtenAt', 'loadedAt'] as const

/** The four clocks, never mixed up: what each means, who says it, how they know, and which word counts where they disagree. */
export function ClockList({ found }: { found: AssetPage }) {
  const disputed = ORDER.filter((clock) => found.told.some((line) => line.clock === clock && line.differs))
  return (
    <Section title="Its times, and who says them">
      {disputed.map((clock) => (
        <Dispute key={clock} clock={clock} found={found} />
      ))}
      <table className="table stacked">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Value</th>
            <th scope="col">Who says it</th>
            <th scope="col">How</th>
            <th scope="col">A look takes</th>
          </tr>
        </thead>
        <tbody>
          {ORDER.map((clock) => (
            <ClockRows key={clock} clock={clock} found={found} />
          ))}
          <LookRow found={found} />
        </tbody>
      </table>
    </Section>
  )
}

/** The witnesses of one clock against each other, in a sentence that begins with the one that counts. */
function Dispute({ clock, found: { told, asset } }: { clock: JudgedClock; found: AssetPage }) {
  const lines = told.filter((line) => line.clock === clock && (line.counts || line.differs))
  return (
    <p className="mb-3 max-w-[720px]">
      <strong className="font-semibold">{CLOCK_WORDS[clock].name}:</strong>{' '}
      {lines.map((line, position) => (
        <span key={keyOf(line, position)}>
          {position > 0 && ', '}
          <TellerName teller={line.teller} asset={asset} /> says <Value line={line} form="short" />
          {line.counts && ', which counts'}
        </span>
      ))}
      .
    </p>
  )
}

function ClockRows({ clock, found }: { clock: JudgedClock; found: AssetPage }) {
  const lines = found.told.filter((line) => line.clock === clock)
  if (lines.length === 0) {
    return (
      <tr>
        <ClockName clock={clock} isJudged={found.look.clocks.includes(clock)} />
        <td data-label="Value" className="muted" colSpan={4}>
          not known
        </td>
      </tr>
    )
  }
  return lines.map((line, position) => (
    <tr key={keyOf(line, position)}>
      <ClockName clock={clock} isJudged={line.counts && found.look.clocks.includes(clock)} isAgain={position > 0} />
      <td data-label="Value">
        <Value line={line} />
        {line.at !== null && <Age at={line.at} brackets />}
        {lines.length > 1 && (line.counts ? <span className="tag">counts</span> : <span className="muted small block">{line.stand}</span>)}
      </td>
      <td data-label="Who says it">
        <TellerLink teller={line.teller} own={found.connection} runId={line.runId} />
      </td>
      <td data-label="How">{howOf(line.method, line.strength)}</td>
      <td data-label="A look takes">{costInWords(line.costMs, isAsked(line.teller))}</td>
    </tr>
  ))
}

/** The fourth clock is our own. */
function LookRow({ found: { asset, look, connection } }: { found: AssetPage }) {
  return (
    <tr>
      <ClockName clock="probedAt" isJudged={false} />
      {asset.probedAt === null ? (
        <td data-label="Value" className="muted" colSpan={4}>
          not known
        </td>
      ) : (
        <>
          <td data-label="Value">
            <Time at={asset.probedAt} form="long" />
            <Age at={asset.probedAt} brackets />
          </td>
          <td data-label="Who says it">
            <TellerLink teller={{ kind: 'connection', name: connection }} own={connection} runId={null} />
          </td>
          <td data-label="How">{howOf(look.method, look.strength)}</td>
          <td data-label="A look takes">{costInWords(look.costMs, true)}</td>
        </>
      )}
    </tr>
  )
}

/** What it means is said once, before the first of its witnesses. */
function ClockName({ clock, isJudged, isAgain = false }: { clock: JudgedClock | 'probedAt'; isJudged: boolean; isAgain?: boolean }) {
  return (
    <th scope="row">
      {CLOCK_WORDS[clock].name}
      {isJudged && <span className="tag">judged</span>}
      {!isAgain && <span className="muted small block font-normal">{CLOCK_WORDS[clock].meaning}</span>}
    </th>
  )
}

function Value({ line: { at, isDay }, form = 'long' }: { line: ClockLine; form?: 'short' | 'long' }) {
  return at === null ? <>nothing there</> : <Time at={at} form={isDay ? 'day' : form} />
}

/** As the subject of a sentence. */
function TellerName({ teller, asset }: { teller: Teller; asset: AssetPage['asset'] }) {
  if (teller.kind === 'ledger') return <>our own ledger</>
  if (teller.kind === 'unseen') return <>{UNSEEN}</>
  return teller.kind === 'connection' && teller.name === asset.connection ? <>the {asset.kind} itself</> : <bdi>{teller.name}</bdi>
}

function TellerLink({ teller, own, runId }: { teller: Teller; own: string; runId: string | null }) {
  const run = runId === null ? null : <a href={runPath(runId)}>its run</a>
  if (teller.kind === 'ledger') return <>our own ledger{run !== null && <>: {run}</>}</>
  if (teller.kind === 'unseen') return <>{UNSEEN}</>
  if (teller.kind === 'push') {
    return (
      <>
        pushed by <bdi>{teller.name}</bdi>
      </>
    )
  }
  return (
    <>
      {teller.kind === 'job' ? 'a job of ' : teller.name === own && 'a look through '}
      <a href={connectionPath(teller.name)}>
        <bdi>{teller.name}</bdi>
      </a>
      {run !== null && <>: {run}</>}
    </>
  )
}

/** Whoever tells by itself costs nothing. */
const isAsked = ({ kind }: Teller) => kind === 'connection' || kind === 'unseen'

/** Several tellers may be unseen. */
const keyOf = ({ teller }: ClockLine, position: number) =>
  'name' in teller ? `${teller.kind}:${teller.name}` : `${teller.kind} ${position}`

function howOf(method: string | null, strength: string | null): string {
  if (method === null) return '–'
  return strength === 'weak' ? weaknessInWords(method) : `by ${method}`
}
