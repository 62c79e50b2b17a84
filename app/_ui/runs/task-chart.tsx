import { Time } from '#app/_ui/time.tsx'
import type { RunDetail, TaskRow } from '#lib/queries/runs/run-rows.ts'
import { barsOf, stepInWords, type TaskBar } from './task-bars.ts'

const CLASS_OF: Record<TaskRow['state'], string> = {
  completed: 'fill-faint',
  running: 'fill-accent',
  failed: 'fill-stale',
  cancelled: 'fill-none stroke-faint',
}

interface TaskChartProps {
  run: Pick<RunDetail, 'tasks' | 'startedAt' | 'endedAt'>
  now: number
}

/** A run's steps on a common time line, with the same in words beside it; thin where a step waited for another try. */
export function TaskChart({ run, now }: TaskChartProps) {
  if (run.tasks.length === 0) return null
  const chart = barsOf(run, now)
  return (
    <table className="tasks">
      <caption className="sr-only">Steps of this run</caption>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col" className="when">
            <span className="mt-2 flex justify-between gap-2">
              <Time at={chart.from} form="clock" />
              <span>
                {chart.nowX !== null && 'now '}
                <Time at={chart.to} form="clock" />
              </span>
            </span>
          </th>
          <th scope="col">How it went</th>
        </tr>
      </thead>
      {chart.attempts.map(({ attempt, steps }) => (
        <tbody key={attempt}>
          {(chart.attempts.length > 1 || attempt > 1) && (
            <tr className="attempt">
              <th scope="rowgroup" colSpan={3}>
                Attempt {attempt}
              </th>
            </tr>
          )}
          {steps.map(({ task, bars }) => (
            <tr key={task.name}>
              <th scope="row">{task.name}</th>
              <td className="when">
                <Bars bars={bars} state={CLASS_OF[task.state]} nowX={chart.nowX} />
              </td>
              <td className={task.state === 'failed' ? 'text-stale-text' : undefined}>{stepInWords(task, now)}</td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  )
}

function Bars({ bars, state, nowX }: { bars: readonly TaskBar[]; state: string; nowX: number | null }) {
  return (
    <svg className="mt-0.5 block bg-sheet max-md:my-1" width="100%" height="16" aria-hidden="true">
      {bars.map(({ kind, x, width }) => (
        <rect
          key={`${kind} ${x}`}
          x={`${x.toFixed(2)}%`}
          width={`${width.toFixed(2)}%`}
          y={kind === 'work' ? 2 : 7}
          height={kind === 'work' ? 12 : 2}
          className={kind === 'work' ? state : 'fill-late'}
        />
      ))}
      {nowX !== null && <line x1={`${nowX.toFixed(2)}%`} x2={`${nowX.toFixed(2)}%`} y1="0" y2="16" className="stroke-ink stroke-2" />}
    </svg>
  )
}
