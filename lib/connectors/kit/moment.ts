import { z } from 'zod'
import type { Log } from '#lib/platform/log.ts'
import { readMoment } from '#lib/records/read/read-moment.ts'
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

/** Those runs whose times can all be read. Of each other the log warns: nobody knows when it was, and its end would count as of now. */
export async function* dated<T extends Dated<{ id: string | number }>>(
  runs: AsyncIterable<T>,
  system: string,
  log: Log,
): AsyncGenerator<T> {
  for await (const run of runs) {
    if (run.isUndated) log.warn('a run is left out: a time of it cannot be read', { system, run: run.id })
    else yield run
  }
}
