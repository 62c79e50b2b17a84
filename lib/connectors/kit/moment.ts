import { z } from 'zod'
import { type ExternalRun, isOver } from '#lib/domain/runs/external-run.ts'
import { readMoment } from '#lib/records/read/read-moment.ts'
import type { Connection } from './connector.ts'
import type { ReadShape } from './read-shape.ts'

const NO_TIME = 'is not a time'

/** A time in an answer, UTC where it tells no zone; null where none is told. What is there and is no time fits no shape. */
export const moment = z
  .unknown()
  .nullish()
  .transform((told, issues) => {
    const at = typeof told === 'string' ? readMoment(told) : null
    if (at === null && told != null && String(told).trim() !== '') issues.addIssue({ code: 'custom', message: NO_TIME })
    return at
  })

/** Something with times; `isUndated`: one of them is no time, and counts as untold. */
export type Dated<T> = T & { isUndated: boolean }

/** Reads one of many as `read` does, but for a time that is none: what bears it is marked, and refused no more than the others. */
export function datedReader(read: ReadShape) {
  return <T extends object>(shape: z.ZodType<T>, value: unknown, what: string): Dated<T> => {
    const wrong = shape.safeParse(value).error?.issues.filter(({ message }) => message === NO_TIME) ?? []
    const left = wrong.reduce((rest, { path }) => without(rest, path), value)
    return { ...read(shape, left, what), isUndated: wrong.length > 0 }
  }
}

function without(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  return key === undefined ? null : { ...Object(value), [key]: without(Object(value)[key], rest) }
}

/**
 * Whether a run can be told; the log warns of one with a time that cannot be read. Where that is its end it would count as of now: so only one that was seen
 * going on is told, and no other that is over.
 */
export async function canBeTold(
  { key, log, clock, knownRuns }: Pick<Connection<unknown>, 'key' | 'log' | 'clock' | 'knownRuns'>,
  { isUndated }: Dated<object>,
  { externalId, state, endedAt }: ExternalRun,
): Promise<boolean> {
  if (!isUndated) return true
  log.warn('a time of a run cannot be read', { connection: key, run: externalId })
  if (endedAt !== null || !isOver(state)) return true
  const known = (await knownRuns?.(clock.now(), [externalId])) ?? []
  return known.some((run) => run.externalId === externalId && !isOver(run.state))
}
