import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type RunState, rememberedSince } from './told-run.ts'

/** What a run says of a clock of something it wrote or read. */
export interface RunFact {
  /** Tells it from every other fact of the run, and is the same whenever it is worked out. */
  id: string
  /** A `dataKey`. */
  data: string
  clock: JudgedClock
  at: Instant
  happenedAt: Instant
  placedAt: Instant | null
  rows: number | null
  isWeak: boolean
}

/** What was done to a thing as a whole without any rows coming in. */
const NO_LOAD = ['ALTER', 'TRUNCATE', 'RENAME']

/**
 * What a run tells of the clocks of data: a try that succeeded loaded what the run wrote; one that failed, also after it had said that it succeeded, loaded
 * nothing. A run that streams has loaded whenever it counts rows on its way.
 */
export function factsOf(state: RunState): RunFact[] {
  const facts = [...successes(state).flatMap((success) => loads(state, success)), ...streamed(state), ...readings(state)]
  return [...new Map(facts.map((fact) => [fact.id, fact])).values()]
}

interface Success {
  at: Instant
  startedAt: Instant | null
}

/** One try of a run: from a start on, if any was told, to its last end, if there is one. */
export interface Try {
  startedAt: Instant | null
  end: RunState['ends'][number] | null
}

/** The tries of a run, oldest first: each begins with a start, and its last end counts. */
export function triesOf({ starts, ends }: Pick<RunState, 'starts' | 'ends'>): Try[] {
  const ended = Map.groupBy(ends, ({ at }) => starts.findLast((start) => start <= at) ?? null)
  const begins = [...(ended.has(null) ? [null] : []), ...starts]
  return begins.map((startedAt) => ({ startedAt, end: ended.get(startedAt)?.at(-1) ?? null }))
}

function successes(state: RunState): Success[] {
  return triesOf(state).flatMap(({ startedAt, end }) => (end?.type === 'COMPLETE' ? [{ at: end.at, startedAt }] : []))
}

function loads(state: RunState, success: Success): RunFact[] {
  const { at } = success
  const placedAt = placeOf(state, success)
  const end = state.nominal?.value.end ?? null
  const through = state.through?.value ?? (end !== null && end <= at ? end : null)
  return Object.entries(state.outputs).flatMap(([data, output]) => {
    const rows = output.rows?.value ?? null
    const lifecycle = output.lifecycle?.value ?? null
    if (lifecycle === 'DROP' || (NO_LOAD.includes(lifecycle ?? '') && !rows)) return []
    const isWeak = lifecycle === 'CREATE' && rows === null
    const fact = (clock: JudgedClock, value: Instant, weak = isWeak): RunFact => ({
      id: JSON.stringify([data, clock, at]),
      ...{ data, clock, at: value, happenedAt: at, placedAt: clock === 'dataThroughAt' ? null : placedAt, rows, isWeak: weak },
    })
    return [
      fact('loadedAt', at),
      ...(rows === 0 ? [] : [fact('writtenAt', at)]),
      ...(through === null ? [] : [fact('dataThroughAt', through, isWeak || state.through === null)]),
    ]
  })
}

/** Where a try lies among ticks: when its schedule meant it to begin, which some tell as the end of the stretch it is for, else when it began. */
export function placeOf({ nominal }: Pick<RunState, 'nominal'>, { at, startedAt }: Success): Instant | null {
  const { start = null, end = null } = nominal?.value ?? {}
  const meant = [start, end].filter((one): one is Instant => one !== null && one <= (startedAt ?? at))
  return meant.length === 0 ? startedAt : Math.max(...meant)
}

function streamed({ isStreaming, moments }: RunState): RunFact[] {
  if (isStreaming?.value !== true) return []
  return moments.flatMap(({ at, rows: counted }) =>
    Object.entries(counted).flatMap(([data, rows]) =>
      (rows === 0 ? (['loadedAt'] as const) : (['loadedAt', 'writtenAt'] as const)).map((clock) => ({
        id: JSON.stringify([data, clock, at]),
        ...{ data, clock, at, happenedAt: at, placedAt: null, rows, isWeak: false },
      })),
    ),
  )
}

/** When what it reads was last written, where it says so. */
function readings({ inputs }: RunState): RunFact[] {
  return Object.entries(inputs).flatMap(([data, writtenAt]) =>
    writtenAt === null
      ? []
      : [
          {
            id: JSON.stringify([data, 'read', writtenAt.at, writtenAt.value]),
            ...{ data, clock: 'writtenAt' as const, at: writtenAt.value, happenedAt: writtenAt.at },
            ...{ placedAt: null, rows: null, isWeak: false },
          },
        ],
  )
}

/** What the run makes of what: all of `made` from all of `from`, and neither holds anything without the other. What it took away is made from nothing. */
export function lineageOf({ inputs, outputs }: RunState): { from: string[]; made: string[] } {
  const from = Object.keys(inputs)
  const made = Object.entries(outputs).flatMap(([data, { lifecycle }]) => (lifecycle?.value === 'DROP' ? [] : [data]))
  return from.length === 0 || made.length === 0 ? { from: [], made: [] } : { from: from.sort(), made: made.sort() }
}

/** Whether it reads or writes anything that has a name. */
export function namesData({ inputs, outputs }: Pick<RunState, 'inputs' | 'outputs'>): boolean {
  return Object.keys(inputs).length + Object.keys(outputs).length > 0
}

/**
 * What more of its events made of a run: the facts that are new or other than they were, and the ids of those that it no longer tells. What it told of data whose
 * names it has no room for any more stands.
 */
export function changedFacts(before: RunState, after: RunState): { told: RunFact[]; takenBack: string[] } {
  const [known, now] = [before, after].map((state) => new Map(factsOf(state).map((fact) => [fact.id, fact])))
  const oldest = rememberedSince(after)
  const isSame = (fact: RunFact) => JSON.stringify(known?.get(fact.id)) === JSON.stringify(fact)
  const told = [...(now?.values() ?? [])].filter((fact) => !isSame(fact))
  const isNamed = (data: string) => data in after.outputs || data in after.inputs
  const gone = [...(known?.values() ?? [])].filter(
    ({ id, data, happenedAt }) => now?.get(id) === undefined && happenedAt >= oldest && isNamed(data),
  )
  return { told, takenBack: [...gone.map(({ id }) => id), ...told.flatMap(({ id }) => (known?.has(id) ? [id] : []))] }
}
