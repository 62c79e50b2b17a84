import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RUN_STATES, type RunState } from '#lib/domain/runs/run.ts'
import { orderProgress, type StepFacts, type StepState } from './order-progress.ts'

const step = (position: number, state: StepState, run: RunState | null = null, more: Partial<StepFacts> = {}): StepFacts => ({
  position,
  state,
  name: `flow-${position}`,
  isElsewhere: false,
  canBegin: true,
  run: run === null ? null : { state: run, problem: null },
  ...more,
})
const states = (steps: StepFacts[], feedExists = true) => {
  const { steps: now, begin, end } = orderProgress(steps, feedExists)
  return [now.map(({ state }) => state).join(' '), begin, end]
}

describe('an order', () => {
  it('begins with its first step, and with the next only when the one before has succeeded', () => {
    expect(states([step(1, 'waiting'), step(2, 'waiting')])).toEqual(['waiting waiting', 1, null])
    expect(states([step(1, 'running', 'running'), step(2, 'waiting')])).toEqual(['running waiting', null, null])
    expect(states([step(1, 'running', 'completed'), step(2, 'waiting')])).toEqual(['done waiting', 2, null])
    expect(states([step(1, 'running', 'partial'), step(2, 'waiting')])).toEqual(['done waiting', 2, null])
  })

  it('is done with its last run', () => {
    expect(states([step(1, 'done'), step(2, 'running', 'completed')])).toEqual(['done done', null, 'done'])
  })

  it.each(['failed', 'timed-out'] as const)('whose run ended %s fails, and what comes after is skipped', (state) => {
    expect(states([step(1, 'running', state), step(2, 'waiting')])).toEqual(['failed skipped', null, 'failed'])
  })

  it('whose run somebody cancelled goes no further', () => {
    expect(states([step(1, 'running', 'cancelled'), step(2, 'waiting')])).toEqual(['cancelled skipped', null, 'failed'])
  })

  it('goes on while the worker of its run is lost: the same run goes on', () => {
    expect(states([step(1, 'running', 'crashed'), step(2, 'waiting')])).toEqual(['running waiting', null, null])
  })

  it.each([null, 'missed'] as const)('begins a run anew that is %s', (run) => {
    expect(states([step(1, 'running', run), step(2, 'waiting')])).toEqual(['waiting waiting', 1, null])
  })

  it('fails in words at a step whose flow has left the catalogue, and not before', () => {
    const gone = step(2, 'waiting', null, { canBegin: false })
    expect(states([step(1, 'running', 'running'), gone])).toEqual(['running waiting', null, null])
    const progress = orderProgress([step(1, 'running', 'completed'), gone, step(3, 'waiting')], true)
    expect(progress).toMatchObject({ begin: null, end: 'failed' })
    expect(progress.steps.map(({ state }) => state)).toEqual(['done', 'failed', 'skipped'])
    expect(progress.steps[1]?.problem).toBe('The flow flow-2 is no longer in the catalogue.')
  })

  it('of a feed that has left the catalogue ends with the run that goes on, and begins no other', () => {
    expect(states([step(1, 'running', 'running'), step(2, 'waiting')], false)).toEqual(['running skipped', null, null])
    expect(states([step(1, 'running', 'completed'), step(2, 'skipped')], false)).toEqual(['done skipped', null, 'failed'])
    expect(states([step(1, 'waiting')], false)).toEqual(['skipped', null, 'failed'])
  })

  it('waits for every run it stands on, also for one that goes on beside', () => {
    expect(states([step(1, 'running', 'failed'), step(2, 'running', 'running')])).toEqual(['failed running', null, null])
    expect(states([step(1, 'done'), step(2, 'waiting'), step(3, 'running', 'running')])).toEqual(['done waiting running', 2, null])
  })

  it('waits for a job of another system until its run is over there, and before that until it has one', () => {
    const job = (run: RunState | null) => states([step(1, 'running', run, { isElsewhere: true }), step(2, 'waiting')])
    for (const run of [null, 'scheduled', 'running'] as const) expect(job(run)).toEqual(['running waiting', null, null])
    expect(job('completed')).toEqual(['done waiting', 2, null])
    expect(job('partial')).toEqual(['done waiting', 2, null])
    // Nobody there takes it up again.
    for (const run of ['failed', 'crashed', 'missed'] as const) expect(job(run)).toEqual(['failed skipped', null, 'failed'])
    expect(job('cancelled')).toEqual(['cancelled skipped', null, 'failed'])
    const gone = orderProgress([step(1, 'waiting', null, { isElsewhere: true, canBegin: false, name: 'dbt/7' })], true)
    expect(gone.steps[0]?.problem).toBe('dbt/7 can no longer be started from here.')
  })

  it('says why by the words of the run, or by what became of it', () => {
    const why = (state: RunState, problem: string | null) =>
      orderProgress([step(1, 'running', null, { run: { state, problem } })], true).steps[0]?.problem
    expect(why('failed', 'SAP cannot be reached.')).toBe('SAP cannot be reached.')
    expect(why('failed', null)).toBe('The run of flow-1 failed.')
    expect(why('timed-out', null)).toBe('The run of flow-1 took too long and was stopped.')
    expect(why('cancelled', null)).toBe('The run of flow-1 was cancelled.')
    expect(why('completed', 'unsaid')).toBeNull()
  })
})

const ended = RUN_STATES.filter((state) => ['completed', 'partial', 'failed', 'timed-out', 'cancelled', 'missed'].includes(state))

interface Fate {
  end: RunState
  vanishes: boolean
}

/** What becomes of the run of a step: what vanished or was missed once begins anew, and then ends. */
function fateOf(fate: Fate | undefined, isAgain: boolean): StepFacts['run'] {
  if (fate === undefined || (fate.vanishes && !isAgain)) return null
  return { state: fate.end === 'missed' && isAgain ? 'failed' : fate.end, problem: null }
}

/** Plays an order to its end: each round of progress, with the steps as they then are. */
function play(fates: readonly Fate[], feedGoesAt: number) {
  let steps = fates.map((_, i) => step(i + 1, 'waiting'))
  const begun: number[] = []
  const rounds: { progress: ReturnType<typeof orderProgress>; steps: StepFacts[] }[] = []
  const isOver = () => rounds.at(-1)?.progress.end != null
  while (!isOver() && rounds.length < 4 * fates.length + 4) {
    const progress = orderProgress(steps, feedGoesAt > rounds.length)
    steps = steps.map((each, i) => ({ ...each, state: progress.steps[i]?.state ?? each.state }))
    rounds.push({ progress, steps })
    const { begin } = progress
    if (begin !== null) begun.push(begin)
    steps = steps.map((each) => {
      if (each.position === begin) return { ...each, state: 'running' as const, run: { state: 'scheduled' as const, problem: null } }
      const isAgain = begun.filter((at) => at === each.position).length > 1
      return begin === null && each.state === 'running' ? { ...each, run: fateOf(fates[each.position - 1], isAgain) } : each
    })
  }
  return rounds
}

describe('whatever becomes of its runs', () => {
  const fates = fc.array(fc.record({ end: fc.constantFrom(...ended), vanishes: fc.boolean() }), { minLength: 1, maxLength: 6 })

  it('an order of any length ends, with nothing that runs or waits, done exactly when each of its steps is', () => {
    fc.assert(
      fc.property(fates, fc.nat(8), (each, feedGoesAt) => {
        const last = play(each, feedGoesAt).at(-1)
        expect(last?.progress.end).not.toBeNull()
        expect(last?.progress.end === 'done').toBe(last?.steps.every(({ state }) => state === 'done'))
        expect(last?.steps.filter(({ state }) => state === 'waiting' || state === 'running')).toEqual([])
      }),
    )
  })

  it('a step begins only after all before it are done, and as long as nothing begins something runs', () => {
    fc.assert(
      fc.property(fates, fc.nat(8), (each, feedGoesAt) => {
        for (const { progress, steps } of play(each, feedGoesAt)) {
          const { begin, end } = progress
          if (begin === null) expect(end !== null || steps.some(({ state }) => state === 'running')).toBe(true)
          else expect([end, steps.filter(({ position, state }) => position < begin && state !== 'done')]).toEqual([null, []])
        }
      }),
    )
  })

  it('asking twice changes nothing: what it says now is what it said', () => {
    const facts = fc.array(
      fc.record({
        state: fc.constantFrom<StepState[]>('waiting', 'running', 'done', 'failed', 'cancelled', 'skipped'),
        run: fc.constantFrom(...RUN_STATES),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(facts, (found) => {
        const steps = found.map(({ state, run }, i) => step(i + 1, state, run))
        const once = orderProgress(steps, true)
        const again = orderProgress(
          steps.map((each, i) => ({ ...each, state: once.steps[i]?.state ?? each.state })),
          true,
        )
        expect(again.steps.map(({ state }) => state)).toEqual(once.steps.map(({ state }) => state))
        expect([again.begin, again.end]).toEqual([once.begin, once.end])
      }),
    )
  })
})
