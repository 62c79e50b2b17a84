'use client'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { getJson } from '#app/_ui/live/get-json.ts'
import { cancelOrderPath, orderPath, runPath } from '#app/_ui/paths.ts'
import { LogLines } from '#app/_ui/runs/log-lines.tsx'
import { RunProgress } from '#app/_ui/runs/run-progress.tsx'
import { InItsSystem } from '#app/_ui/runs/whose-run.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { StepState } from '#lib/domain/orders/order-progress.ts'
import { isStopping, stepInWords } from '#lib/domain/orders/order-words.ts'
import { isOver, partsOfJob } from '#lib/domain/runs/external-run.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import { livenessInWords, livenessOf } from '#lib/domain/runs/liveness.ts'
import { endsSentence } from '#lib/domain/wording/sentences.ts'
import { reasonInWords, statusInWords, UNSEEN } from '#lib/domain/wording/words.ts'
import type { OrderStep, OrderView } from '#lib/queries/runs/reload-order.ts'
import { StepName } from './step-name.tsx'

const LOOK_EVERY_MS = 1000

interface OrderProps {
  initial: OrderView
  /** Whether whoever reads may cancel it. */
  canCancel: boolean
}

/** An order as it goes, where it was given: its steps, the log of the one that runs, and in the end what became of the feed. */
export function OrderPanel({ initial, canCancel }: OrderProps) {
  const router = useRouter()
  const { data: order, refetch } = useQuery({
    queryKey: ['order', initial.id, initial.now],
    queryFn: ({ signal }) => getJson<OrderView>(orderPath(initial.id), signal),
    initialData: initial,
    refetchInterval: (query) => (query.state.data !== undefined && goesOn(query.state.data) ? LOOK_EVERY_MS : false),
  })
  const seen = useRef(order.state)
  useEffect(() => {
    if (order.state === seen.current) return
    seen.current = order.state
    router.refresh()
  }, [router, order.state])
  const isOpen = order.state === 'open'
  return (
    <section className="reload" id="reload" aria-label="Reload">
      <p aria-live="polite">
        <Head order={order} />
      </p>
      <ol className="reload-steps">
        {order.steps.map((step) => (
          <StepLine key={step.position} step={step} now={order.now} />
        ))}
      </ol>
      {isOpen && canCancel && (
        <ActionForm action={cancelOrderPath(order.id)} question={cancelQuestion(order)} yes="Yes, cancel it" onDone={() => void refetch()}>
          Cancel this reload…
        </ActionForm>
      )}
    </section>
  )
}

function cancelQuestion({ steps }: OrderView): string {
  const words = 'Nothing further begins. What runs for this alone stops where nothing is left half done; what has been loaded stays.'
  const job = steps.find(({ state, job }) => job !== null && state === 'running')?.job ?? ''
  const system = partsOfJob(job)?.connection
  return system === undefined ? words : `${words} The run in ${system} is not stopped: it goes on there, and is no longer waited for.`
}

/** A cancelled order is looked at until what it has stopped has ended. */
const goesOn = ({ state, steps }: OrderView) => state === 'open' || steps.some(isStopping)

function Head({ order }: { order: OrderView }) {
  const { orderedBy, joinedBy, reason, createdAt, state, expectedAt } = order
  return (
    <>
      <strong>
        {state === 'open' ? 'Reloading' : 'Reload'}
        {orderedBy !== null && (
          <>
            {state === 'open' ? ', ' : ' '}ordered by <bdi>{orderedBy}</bdi>
          </>
        )}
        , <Time at={createdAt} />
      </strong>
      {reason !== null && (
        <>
          : <bdi>{reason}</bdi>
        </>
      )}
      {endsSentence(reason ?? '') ? ' ' : '. '}
      {joinedBy.length > 0 && <span className="muted">{`Joined by ${joinedBy.join(', ')}. `}</span>}
      {expectedAt !== null && (
        <span className="muted">
          Done about <Time at={expectedAt} />.
        </span>
      )}
      <End order={order} />
    </>
  )
}

/** What became of it. */
function End({ order }: { order: OrderView }) {
  const { state, feed, createdAt, endedAt } = order
  if (state === 'open') return null
  if (state === 'cancelled')
    return (
      <>
        Cancelled
        {endedAt !== null && (
          <>
            {' at '}
            <Time at={endedAt} />
          </>
        )}
        .
      </>
    )
  if (state === 'failed') return <span className="text-stale-text">It did not succeed: {whyNot(order)}</span>
  if (feed.status === 'fresh' && feed.since !== null && feed.since >= createdAt)
    return (
      <strong className="text-fresh-text">
        Fresh again since <Time at={feed.since} />.
      </strong>
    )
  if (feed.status === 'fresh') return <>It was fresh, and still is.</>
  if (feed.status === 'maintenance' && feed.reason !== null) return <>Everything ran. It is not judged: {reasonInWords(feed.reason)}.</>
  return (
    <span>
      Everything ran, and it is {statusInWords(feed.status).toLowerCase()} all the same
      {feed.reason !== null && `: ${reasonInWords(feed.reason)}`}.
    </span>
  )
}

function whyNot({ steps }: OrderView): string {
  const failed = steps.find(({ state }) => state === 'failed' || state === 'cancelled')
  if (failed === undefined) return 'the feed is no longer in the catalogue.'
  const name = failed.flow ?? (failed.job === null ? null : jobOfSystemInWords(failed.job, failed.jobName))
  return failed.problem ?? (name === null ? `${UNSEEN} failed.` : `the run of ${name} failed.`)
}

const STEP_ICONS: Record<StepState, string> = {
  waiting: 'none',
  running: 'running',
  done: 'fresh',
  failed: 'stale',
  cancelled: 'none',
  skipped: 'none',
}

function whatFails({ external, mayHaveBegun }: OrderStep): string {
  if (external !== null) return 'How it goes could not be asked'
  return mayHaveBegun ? 'Whether it has begun is not known yet' : 'It could not be started yet'
}

function StepLine({ step, now }: { step: OrderStep; now: number }) {
  const { flow, job, jobName, state, run, external, problem, log } = step
  const isPartial = state === 'done' && (run ?? external)?.state === 'partial'
  return (
    <li>
      <svg className="icon me-2 inline align-[-2px]" aria-hidden="true">
        <use href={`#i-${isPartial ? 'late' : STEP_ICONS[state]}`} />
      </svg>
      <StepName flow={flow} job={job} jobName={jobName} /> <span className="muted">{stepInWords(step)}</span>
      {run !== null && (
        <>
          {' · '}
          <a href={runPath(run.id)}>its run{isPartial && ', where what was put aside can be replayed'}</a>
        </>
      )}
      {external !== null && (
        <>
          {' · '}
          <a href={runPath(external.id)}>its run</a>
          {external.url !== null && (
            <>
              {' · '}
              <InItsSystem url={external.url} system={external.system} />
            </>
          )}
        </>
      )}
      {state === 'running' && external !== null && (
        <RunProgress run={{ ...external, progressDone: null, progressTotal: null, waitingFor: null }} />
      )}
      {state === 'running' && external !== null && external.problem !== null && !isOver(external.state) && (
        <p className="text-late-text">
          <bdi>{external.problem}</bdi>
        </p>
      )}
      {state === 'running' && job !== null && problem !== null && (
        <p className="text-late-text">
          {whatFails(step)}: <bdi>{problem}</bdi> It is tried again.
        </p>
      )}
      {state === 'running' && run !== null && (
        <>
          <RunProgress run={run} />
          {livenessOf(run, now)?.isSilent === true && <p className="text-late-text">{livenessInWords(run, now)}</p>}
          {log.length > 0 && <LogLines lines={log} />}
        </>
      )}
    </li>
  )
}
