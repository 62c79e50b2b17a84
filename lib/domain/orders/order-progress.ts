import { isOver } from '#lib/domain/runs/external-run.ts'
import { isEnded, isGood, type RunState } from '#lib/domain/runs/run.ts'

/** What an order can be. It is open from the moment it is given until its last run has ended, or somebody cancels it. */
export const ORDER_STATES = ['open', 'done', 'failed', 'cancelled'] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** What a step of an order can be. Skipped: it never began, because the one before failed or the order was cancelled. */
export const STEP_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled', 'skipped'] as const
export type StepState = (typeof STEP_STATES)[number]

/** A step and what is known of its run; `run` null: it has none, or it has vanished. */
export interface StepFacts {
  position: number
  state: StepState
  /** What it runs, in words: `course`, `dbt/7`. */
  name: string
  /** It is a job of another system, which begins its run some time after the step has begun. */
  isElsewhere: boolean
  /** Whether it can be begun at all: its flow is in the catalogue, its job can be started. */
  canBegin: boolean
  run: { state: RunState; problem: string | null } | null
}

export interface StepNow {
  position: number
  state: StepState
  problem: string | null
}

/** How an order goes on. */
export interface OrderProgress {
  steps: StepNow[]
  /** The position of the step that is to begin now. */
  begin: number | null
  /** How it has ended; null: it goes on. */
  end: 'done' | 'failed' | null
}

/**
 * What follows for an open order from how its runs stand. A step begins when all before it have succeeded; what is still to come after one that failed, or when
 * the feed has left the catalogue, is skipped; the order ends once nothing of it runs or waits. A run of ours that vanished, or that was missed, begins anew.
 */
export function orderProgress(steps: readonly StepFacts[], feedExists: boolean): OrderProgress {
  const known = [...steps].sort((a, b) => a.position - b.position).map((step) => ({ ...step, now: stepNow(step) }))
  const isHalted = () => !feedExists || known.some(({ now }) => now.state === 'failed' || now.state === 'cancelled')
  const next = isHalted() ? undefined : known.find(({ now }) => now.state === 'waiting')
  const isNext = next !== undefined && known.every(({ now, position }) => position >= next.position || now.state === 'done')
  if (isNext && !next.canBegin) {
    next.now = { position: next.position, state: 'failed', problem: whyNotBegun(next) }
  }
  if (isHalted()) for (const step of known) if (step.now.state === 'waiting') step.now = { ...step.now, state: 'skipped' }
  const isOpen = known.some(({ now }) => now.state === 'running' || now.state === 'waiting')
  return {
    steps: known.map(({ now }) => now),
    begin: isNext && next.now.state === 'waiting' ? next.position : null,
    end: isOpen ? null : known.every(({ now }) => now.state === 'done') ? 'done' : 'failed',
  }
}

function whyNotBegun({ name, isElsewhere }: StepFacts): string {
  return isElsewhere ? `${name} can no longer be started from here.` : `The flow ${name} is no longer in the catalogue.`
}

function stepNow({ position, state, name, isElsewhere, run }: StepFacts): StepNow {
  if (state !== 'running' || (isElsewhere && run === null)) return { position, state, problem: null }
  if (run === null || (run.state === 'missed' && !isElsewhere)) return { position, state: 'waiting', problem: null }
  if (!(isElsewhere ? isOver : isEnded)(run.state)) return { position, state, problem: null }
  if (isGood(run.state)) return { position, state: 'done', problem: null }
  const ended = run.state === 'cancelled' ? 'was cancelled' : run.state === 'timed-out' ? 'took too long and was stopped' : 'failed'
  return { position, state: run.state === 'cancelled' ? 'cancelled' : 'failed', problem: run.problem ?? `The run of ${name} ${ended}.` }
}
