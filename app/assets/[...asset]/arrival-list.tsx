import { runPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { ArrivalRow } from '#lib/queries/pages/asset-page.ts'
import { CLOCK_WORDS } from './clock-words.ts'

/** What has arrived, newest first: the facts every status here was made from. */
export function ArrivalList({ arrivals }: { arrivals: readonly ArrivalRow[] }) {
  if (arrivals.length === 0) return null
  return (
    <Section title="What has arrived" note={`the last ${arrivals.length} changes of its times`}>
      <details className="fold again">
        <summary>Show them</summary>
        <table className="table stacked">
          <thead>
            <tr>
              <th scope="col">Clock</th>
              <th scope="col">Value</th>
              <th scope="col">Learnt</th>
              <th scope="col">Rows</th>
              <th scope="col">How</th>
            </tr>
          </thead>
          <tbody>
            {arrivals.map((arrival) => (
              <tr key={arrival.id}>
                <th scope="row">
                  {CLOCK_WORDS[arrival.clock].name}
                  {arrival.kind === 'correction' && <span className="tag">went back</span>}
                </th>
                <td data-label="Value">
                  {arrival.at === null ? 'nothing there' : <Time at={arrival.at} form={arrival.isDay ? 'day' : 'long'} />}
                  {arrival.late !== null && <span className="tag">{arrival.late}</span>}
                </td>
                <td data-label="Learnt">
                  <Time at={arrival.recordedAt} />
                </td>
                <td data-label="Rows">{arrival.rows === null ? '–' : formatCount(arrival.rows)}</td>
                <td data-label="How">{arrival.runId === null ? (arrival.evidence ?? '–') : <a href={runPath(arrival.runId)}>a run</a>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Section>
  )
}
