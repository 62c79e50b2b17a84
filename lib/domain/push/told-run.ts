import type { Instant } from '#lib/domain/time/instant.ts'

/** A value with the time of the event that told it: of two the later counts, whichever came first. */
export interface Told<T> {
  at: Instant
  value: T
}

/** What an event calls some data: where they are, and what they are called there. */
export interface DataName {
  namespace: string
  name: string
}

/** A run by the names of its job and itself. */
export interface RunName {
  namespace: string
  job: string
  runId: string
}

/** Data that a run reads or writes, as far as one event tells. */
export interface ToldData extends DataName {
  rows: number | null
  /** CREATE, DROP, OVERWRITE, …: what the run did to the thing as a whole. */
  lifecycle: string | null
  /** When the data were last written, where the event says so itself. */
  writtenAt: Instant | null
}

/** One event of a run, with nothing of it that decides nothing. */
export interface RunEvent {
  type: 'START' | 'RUNNING' | 'COMPLETE' | 'ABORT' | 'FAIL' | 'OTHER'
  at: Instant
  isStreaming: boolean | null
  /** When its schedule meant it to begin, and up to when. */
  nominal: { start: Instant | null; end: Instant | null } | null
  error: string | null
  /** The newest event inside what it wrote. */
  through: Instant | null
  /** The run that this one is a part of. */
  parent: RunName | null
  /** What kind of job it is, in its sender's words. */
  jobType: string | null
  /** Its page where it runs. */
  url: string | null
  inputs: readonly ToldData[]
  outputs: readonly ToldData[]
}

type EndType = 'COMPLETE' | 'ABORT' | 'FAIL'

interface Output {
  rows: Told<number> | null
  lifecycle: Told<string> | null
}

/** All that is known of a run: the sum of its events, which neither their order nor their number changes. */
export interface RunState {
  starts: readonly Instant[]
  ends: readonly { at: Instant; type: EndType; error: string | null }[]
  /** What a run that has no end told on its way: rows by what it wrote them to. */
  moments: readonly { at: Instant; rows: Readonly<Record<string, number>> }[]
  /** The earliest word that it runs; null: none. */
  runningAt: Instant | null
  /** What went wrong, told otherwise than with its end. */
  error: Told<string> | null
  parent: Told<RunName> | null
  jobType: Told<string> | null
  url: Told<string> | null
  isStreaming: Told<boolean> | null
  nominal: Told<{ start: Instant | null; end: Instant | null }> | null
  through: Told<Instant> | null
  /** By `dataKey`: when what it reads was last written, as far as it says so. */
  inputs: Readonly<Record<string, Told<Instant> | null>>
  outputs: Readonly<Record<string, Output>>
}

export const EMPTY_RUN: RunState = {
  ...{ starts: [], ends: [], moments: [], inputs: {}, outputs: {} },
  ...{ isStreaming: null, nominal: null, through: null, runningAt: null, error: null, parent: null, jobType: null, url: null },
}

/** So many starts, ends and moments of a run are remembered, the latest; what older ones told stands. */
export const REMEMBERED_MAX = 500

/** So many things that a run reads are remembered, and as many that it writes: the last by their names, which of names with a date are the newest. */
export const NAMES_MAX = 2000
/** Of so many ends it is remembered what went wrong. */
const ERRORS_MAX = 20

/** From when on all is remembered that decides what a run tells; what it told of before then stands. */
export function rememberedSince({ starts, ends, moments }: Pick<RunState, 'starts' | 'ends' | 'moments'>): Instant {
  const firstOf = (all: readonly Instant[]) => (all.length < REMEMBERED_MAX ? 0 : (all[0] ?? 0))
  const instants = ({ at }: { at: Instant }) => at
  return Math.max(firstOf(starts), firstOf(ends.map(instants)), firstOf(moments.map(instants)))
}

/** The name of some data as one text, and back. */
export function dataKey({ namespace, name }: DataName): string {
  return JSON.stringify([namespace, name])
}

export function dataName(key: string): DataName {
  const [namespace = '', name = ''] = JSON.parse(key) as string[]
  return { namespace, name }
}

/** Of two words about the same the later; of equals always the same one. */
export function laterTold<T>(a: Told<T> | null, b: Told<T> | null): Told<T> | null {
  if (a === null || b === null) return a ?? b
  if (a.at !== b.at) return a.at > b.at ? a : b
  return JSON.stringify(a.value) >= JSON.stringify(b.value) ? a : b
}

const told = <T>(at: Instant, value: T | null): Told<T> | null => (value === null ? null : { at, value })

function merged<T>(
  known: Readonly<Record<string, T>>,
  given: readonly (readonly [string, T])[],
  merge: (a: T, b: T) => T,
): Record<string, T> {
  const all = { ...known }
  for (const [key, value] of given) {
    const before = all[key]
    all[key] = before === undefined ? value : merge(before, value)
  }
  const keys = Object.keys(all)
  if (keys.length <= NAMES_MAX) return all
  return Object.fromEntries(
    keys
      .sort()
      .slice(-NAMES_MAX)
      .flatMap((key) => (all[key] === undefined ? [] : [[key, all[key]]])),
  )
}

function each<T>(items: readonly T[], byText: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [byText(item), item])).values()]
}

/** What is known of a run after one more of its events, whichever came before it. */
export function addEvent(state: RunState, event: RunEvent): RunState {
  const { at, type } = event
  const named = (data: readonly ToldData[]) => data.filter(({ name }) => name !== '')
  const outputs = named(event.outputs).map(
    (data) => [dataKey(data), { rows: told(at, data.rows), lifecycle: told(at, data.lifecycle) }] as const,
  )
  const inputs = named(event.inputs).map((data) => [dataKey(data), told(at, data.writtenAt)] as const)
  const joinOutputs = (a: Output, b: Output) => ({ rows: laterTold(a.rows, b.rows), lifecycle: laterTold(a.lifecycle, b.lifecycle) })
  const starts = type === 'START' ? [...new Set([...state.starts, at])].sort((a, b) => a - b).slice(-REMEMBERED_MAX) : state.starts
  const ends = isEnd(type) ? withEnd(state.ends, { at, type, error: event.error }) : state.ends
  return {
    starts,
    // An end whose start is forgotten would be the end of another try.
    ends: starts.length < REMEMBERED_MAX ? ends : ends.filter((end) => end.at >= (starts[0] ?? 0)),
    moments: type === 'RUNNING' ? withMoment(state.moments, event) : state.moments,
    runningAt: type === 'RUNNING' ? Math.min(at, state.runningAt ?? at) : state.runningAt,
    error: isEnd(type) ? state.error : laterTold(state.error, told(at, event.error)),
    parent: laterTold(state.parent, told(at, event.parent)),
    jobType: laterTold(state.jobType, told(at, event.jobType)),
    url: laterTold(state.url, told(at, event.url)),
    isStreaming: laterTold(state.isStreaming, told(at, event.isStreaming)),
    nominal: laterTold(state.nominal, told(at, event.nominal)),
    through: laterTold(state.through, told(at, event.through)),
    inputs: merged(state.inputs, inputs, laterTold),
    outputs: merged(state.outputs, outputs, joinOutputs),
  }
}

function isEnd(type: RunEvent['type']): type is EndType {
  return type === 'COMPLETE' || type === 'ABORT' || type === 'FAIL'
}

/** A failure weighs more than a success of the same instant. */
function withEnd(ends: RunState['ends'], end: RunState['ends'][number]): RunState['ends'] {
  const orderOf = ({ at, type, error }: RunState['ends'][number]) => [at, type === 'COMPLETE' ? 0 : 1, type, error ?? ''] as const
  const distinct = (all: RunState['ends']) => each(all, (one) => JSON.stringify(orderOf(one)))
  const all = distinct([...ends, end]).sort((a, b) => compareParts(orderOf(a), orderOf(b)))
  const wordless = all.map((one, i) => (i < all.length - ERRORS_MAX && one.error !== null ? { ...one, error: null } : one))
  return distinct(wordless).slice(-REMEMBERED_MAX)
}

function compareParts(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const i = a.findIndex((part, position) => part !== b[position])
  const [x, y] = [a[i], b[i]]
  return x === undefined || y === undefined ? 0 : x < y ? -1 : 1
}

function withMoment(moments: RunState['moments'], { at, outputs }: RunEvent): RunState['moments'] {
  const rows = Object.fromEntries(outputs.flatMap((data) => (data.rows === null || data.name === '' ? [] : [[dataKey(data), data.rows]])))
  if (Object.keys(rows).length === 0) return moments
  const same = moments.find((moment) => moment.at === at)
  const joined = { at, rows: merged(same?.rows ?? {}, Object.entries(rows), Math.max) }
  const all = [...moments.filter((moment) => moment.at !== at), joined].sort((a, b) => a.at - b.at)
  return all.slice(-REMEMBERED_MAX)
}
