import { NoActions } from '#app/_ui/actions/no-actions.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { dayPath, overviewPath, runsPath } from '#app/_ui/paths.ts'
import { filterStateInWords } from '#app/_ui/runs/run-labels.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import { RUN_FILTER_STATES } from '#lib/domain/runs/run-filter.ts'
import { localDay } from '#lib/domain/time/local-day.ts'
import type { RunsPage } from '#lib/queries/pages/runs-page.ts'
import type { RunFilter } from '#lib/queries/runs/run-list-questions.ts'
import { LiveRuns } from './live-runs.tsx'

interface RunsScreenProps {
  found: RunsPage & { page: NonNullable<RunsPage['page']> }
  filter: RunFilter
  problem: string | null
}

/** The runs of all flows, and of other systems, with a choice of flow, place and state. */
export function RunsScreen({ found, filter, problem }: RunsScreenProps) {
  const { page, list } = found
  const systems = [...new Set([...found.systems, ...(filter.system === null ? [] : [filter.system])])]
  return (
    <PageShell page={page} now={list.now} shows={[]} banners={found.banners} place="runs">
      <header className="hero">
        <h1>Runs</h1>
        {problem !== null && <p className="lead">{problem}</p>}
      </header>
      <search>
        <form className="filter" action={runsPath}>
          <FlowChoice found={found} filter={filter} />
          {systems.length > 0 && (
            <label>
              <span>Where</span>
              <select name="system" defaultValue={filter.flow === null ? (filter.system ?? '') : ''}>
                <option value="">Here and elsewhere</option>
                {systems.map((system) => (
                  <option key={system} value={system}>
                    In {system}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label>
            <span>State</span>
            <select name="state" defaultValue={filter.state ?? ''}>
              <option value="">All states</option>
              {RUN_FILTER_STATES.map((state) => (
                <option key={state} value={state}>
                  {filterStateInWords(state)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>Day</span>
            <input type="date" name="day" defaultValue={filter.day ?? ''} />
          </label>
          <button type="submit" className="button">
            Show
          </button>
          {(filter.flow !== null || filter.state !== null || filter.system !== null || filter.day !== undefined) && (
            <a className="leading-10" href={runsPath}>
              Show all runs
            </a>
          )}
        </form>
      </search>
      {!found.takesActions && <NoActions />}
      <LiveRuns initial={list} filter={filter} />
      <p className="muted small">
        What the runs mean for the data is on the <a href={overviewPath}>status</a>; what ran on one day is on the page of that day, such as{' '}
        <a href={dayPath(localDay(list.now, page.zone))}>today</a>.
      </p>
    </PageShell>
  )
}

/** The flows, and the jobs of other systems, each with its system: what is asked for stands among them. */
function FlowChoice({ found: { flows, jobs, hasMoreJobs, jobName }, filter: { flow, system } }: Pick<RunsScreenProps, 'found' | 'filter'>) {
  const asked = flow === null ? '' : system === null ? flow : `${system}/${flow}`
  const isKnown = asked === '' || flows.includes(asked) || jobs.some(({ key }) => key === asked)
  const known = isKnown ? jobs : [...jobs, { key: asked, name: jobName }]
  return (
    <label>
      <span>Flow or job</span>
      <select name="flow" defaultValue={asked}>
        <option value="">All flows and jobs</option>
        {flows.map((name) => (
          <option key={name}>{name}</option>
        ))}
        {known.map(({ key, name }) => (
          <option key={key} value={key}>
            {jobOfSystemInWords(key, name)}
          </option>
        ))}
        {hasMoreJobs && (
          <option disabled value="more">
            There are more jobs: choose where they run, then Show
          </option>
        )}
      </select>
    </label>
  )
}
