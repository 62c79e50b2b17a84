'use client'
import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { cancelRunPath, requestRunPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import { isEnded } from '#lib/domain/runs/run.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { RunView } from '#lib/queries/runs/run-view.ts'
import { systemOf } from './job-there.tsx'

interface RunActionsProps {
  run: RunView
  /** The names of the parameters the flow takes; null when the catalogue has it no longer. */
  parameters: readonly string[] | null
  onDone: () => void
}

/** What somebody may do about a run: stop it while it goes on, ask for another once it has ended. What cannot be done is said. */
export function RunActions({ run, parameters, onDone }: RunActionsProps) {
  return (
    <div className="actions">
      {isEnded(run.state) ? <AgainActions run={run} parameters={parameters} /> : <CancelAction run={run} onDone={onDone} />}
    </div>
  )
}

function CancelAction({ run, onDone }: Pick<RunActionsProps, 'run' | 'onDone'>) {
  if (run.cancelAt !== null)
    return (
      <p className="muted">
        It is being cancelled since <Time at={run.cancelAt} form="clock" />
        {run.job === null ? ': its worker stops where nothing is left half done.' : '.'}
      </p>
    )
  return (
    <ActionForm action={cancelRunPath(run.id)} question={questionOf(run)} yes="Yes, cancel it" onDone={onDone}>
      Cancel this run…
    </ActionForm>
  )
}

/** What cancelling does; of a job of another system whether it is cancelled there. */
function questionOf({ state, job }: RunView): string {
  if (state !== 'running') return 'It has not begun; it will not begin.'
  if (job === null)
    return 'It stops where nothing is left half done. What it has loaded until then stays; the rest is left to the next run.'
  const system = systemOf(job)
  return job.isCancellable
    ? `${system} is told to cancel its run. What it has done until then stays.`
    : `${system} cannot be told to cancel a run: it goes on there, and is not waited for any longer.`
}

function AgainActions({ run, parameters }: Pick<RunActionsProps, 'run' | 'parameters'>) {
  if (parameters === null)
    return <p className="muted">The run has ended. Its flow is no longer in the catalogue, so it cannot run again.</p>
  const action = requestRunPath(run.flow)
  const known = Object.fromEntries(Object.entries(run.parameters).filter(([name]) => parameters.includes(name)))
  const { dryRun: _dry, ...real } = known
  if (run.isDryRun) return <AfterDryRun action={action} real={real} />
  const canReplay = run.rowsRejected > 0 && parameters.includes('replay')
  return (
    <>
      {canReplay && (
        <ActionForm action={action} fields={{ parameters: { replay: run.id } }}>
          Replay what failed ({formatCount(run.rowsRejected)})
        </ActionForm>
      )}
      <ActionForm action={action} fields={{ parameters: real }}>
        Run again
      </ActionForm>
      {parameters.includes('dryRun') && (
        <ActionForm action={action} fields={{ parameters: { ...real, dryRun: true } }}>
          Dry run: say what would change
        </ActionForm>
      )}
      <p className="muted small">The run has ended: there is nothing to cancel.</p>
    </>
  )
}

/** After a dry run the same again is a dry run; to load is a step of its own, asked twice. */
function AfterDryRun({ action, real }: { action: string; real: Record<string, unknown> }) {
  return (
    <>
      <ActionForm action={action} fields={{ parameters: { ...real, dryRun: true } }}>
        Dry run again
      </ActionForm>
      <ActionForm
        action={action}
        fields={{ parameters: real }}
        question="The dry run changed nothing. This run loads: it writes what the dry run only said."
        yes="Yes, load it"
      >
        Run for real…
      </ActionForm>
      <p className="muted small">The dry run has ended: there is nothing to cancel.</p>
    </>
  )
}
