import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { RunView } from '#lib/queries/runs/run-view.ts'

/** What a run counts, stage by stage. */
export function CounterTable({ counters }: { counters: RunView['counters'] }) {
  return (
    <table className="counters">
      <caption className="sr-only">Counts of this run, by stage</caption>
      <tbody>
        {Object.entries(counters).map(([stage, counts]) => (
          <tr key={stage}>
            <th scope="row">{stage}</th>
            <td>
              <ul>
                {Object.entries(counts).map(([name, count]) => (
                  <li key={name}>
                    <strong>{formatCount(count)}</strong> {name}
                  </li>
                ))}
              </ul>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
