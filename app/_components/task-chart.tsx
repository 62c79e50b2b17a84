import type { RunDetail, TaskRow } from '#lib/queries/run-rows.ts'
import { duration } from '../_lib/format-time.ts'
import { grouped } from '../_lib/grouped.ts'

const CLASS_OF: Record<TaskRow['state'], string> = { completed: 'done', running: 'going', failed: 'broken', cancelled: 'stopped' }

/** A run's steps on a common time line, with the same in words beside it. */
export function TaskChart({ run }: { run: Pick<RunDetail, 'tasks' | 'startedAt' | 'endedAt'> }) {
  const { tasks } = run
  const from = Math.min(run.startedAt ?? Infinity, ...tasks.map((task) => task.startedAt))
  const to = Math.max(run.endedAt ?? 0, ...tasks.map((task) => task.endedAt ?? task.startedAt), from + 1000)
  if (tasks.length === 0) return null
  return (
    <table className="tasks">
      <caption className="sr-only">Steps of this run</caption>
      <tbody>
        {tasks.map((task) => (
          <tr key={`${task.attempt} ${task.name}`}>
            <th scope="row">
              {task.name}
              {task.attempt > 1 && <span className="muted small"> attempt {task.attempt}</span>}
            </th>
            <td className="when">
              <svg width="100%" height="12" aria-hidden="true">
                <rect {...place(task, from, to)} y="1" height="10" className={CLASS_OF[task.state]} />
              </svg>
            </td>
            <td>{inWords(task)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function place(task: TaskRow, from: number, to: number): { x: string; width: string } {
  const share = (at: number) => (100 * (at - from)) / (to - from)
  const start = share(task.startedAt)
  return { x: `${start.toFixed(2)}%`, width: `${Math.max(0.5, share(task.endedAt ?? to) - start).toFixed(2)}%` }
}

function inWords(task: TaskRow): string {
  const took = task.endedAt === null ? '' : ` in ${duration((task.endedAt - task.startedAt) / 1000)}`
  const tries = task.tries > 1 ? `, ${grouped(task.tries)} tries` : ''
  const problem = task.problem === null ? '' : `: ${task.problem}`
  return `${task.state}${took}${tries}${problem}`
}
