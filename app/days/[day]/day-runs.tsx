import { Listed } from '#app/_ui/listed.tsx'
import { flowPath, jobPath, runPath } from '#app/_ui/paths.ts'
import { RunMark } from '#app/_ui/runs/run-mark.tsx'
import { WhoseJob } from '#app/_ui/runs/whose-run.tsx'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import type { DayProblem, DayWork, DayRuns as Runs } from '#lib/queries/days/day-runs.ts'

/** What ran on a day: one by one what did not go well, in its own words; the rest by flow and job. */
export function DayRuns({ runs, isToday }: { runs: Runs; isToday: boolean }) {
  if (runs.total === 0) {
    return (
      <Section title="Runs">
        <p className="muted">{isToday ? 'Nothing has run so far.' : 'Nothing ran that day.'}</p>
      </Section>
    )
  }
  return (
    <Section title="Runs" note={`${counted(runs.completed, 'run')} of ${formatCount(runs.total)} completed`}>
      {runs.problems.length > 0 && (
        <ul className="divide-y divide-line">
          {together(runs.problems).map((own) => (
            <Together key={own[0].id} runs={own} />
          ))}
        </ul>
      )}
      {runs.problemCount > runs.problems.length && (
        <p className="muted mt-2">{`and ${formatCount(runs.problemCount - runs.problems.length)} more that did not go well.`}</p>
      )}
      <WorkTable work={runs.work} />
    </Section>
  )
}

type SameWords = [DayProblem, ...DayProblem[]]

/** What failed in the same words, again and again. */
function together(problems: readonly DayProblem[]): SameWords[] {
  const groups = new Map<string, SameWords>()
  for (const run of problems) {
    const key = JSON.stringify([run.system, run.name, run.state, run.says])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [run])
    else known.push(run)
  }
  return [...groups.values()]
}

function Together({ runs }: { runs: SameWords }) {
  const [run] = runs
  return (
    <li className="day-run">
      <RunMark run={run} />
      <div className="min-w-0">
        <p>
          <Name of={run} />
        </p>
        {run.says !== null && (
          <p>
            <bdi>{run.says}</bdi>
          </p>
        )}
        <p className="muted">
          <Listed
            items={runs.map(({ id, at }) => ({
              key: id,
              shown: (
                <a href={runPath(id)}>
                  <Time at={at} form="minute" />
                </a>
              ),
            }))}
          />
        </p>
      </div>
    </li>
  )
}

function Name({ of: { system, name, jobName } }: { of: Pick<DayWork, 'system' | 'name' | 'jobName'> }) {
  if (system === null) {
    return (
      <a href={flowPath(name)}>
        <bdi>{name}</bdi>
      </a>
    )
  }
  return (
    <a href={jobPath(`${system}/${name}`)}>
      <WhoseJob system={system} job={name} name={jobName} />
    </a>
  )
}

function WorkTable({ work }: { work: readonly DayWork[] }) {
  return (
    <details className="fold mt-2">
      <summary>{`All that ran, by flow and job (${formatCount(work.length)})`}</summary>
      <ScrollArea className="scroll" label="What ran that day">
        <table className="table">
          <caption className="sr-only">What ran that day, by flow and job, in order of time</caption>
          <thead>
            <tr>
              <th scope="col">Flow or job</th>
              <th scope="col">When</th>
              <th scope="col" className="figures">
                Runs
              </th>
              <th scope="col" className="figures">
                Completed
              </th>
              <th scope="col" className="figures">
                Rows
              </th>
            </tr>
          </thead>
          <tbody>
            {work.map((one) => (
              <tr key={`${one.system} ${one.name}`}>
                <th scope="row">
                  <Name of={one} />
                </th>
                <td className="whitespace-nowrap">
                  <Time at={one.firstAt} form="minute" />
                  {one.lastAt > one.firstAt && (
                    <>
                      –<Time at={one.lastAt} form="minute" />
                    </>
                  )}
                </td>
                <td className="figures">{formatCount(one.runs)}</td>
                <td className="figures">{formatCount(one.completed)}</td>
                <td className="figures">{one.rows === null ? '–' : formatCount(one.rows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </details>
  )
}
