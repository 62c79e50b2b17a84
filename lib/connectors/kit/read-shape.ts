import type { z } from 'zod'
import { refusedAnswer } from './answer.ts'

/** Reads a value of an answer, `what` says which, in the shape that is promised of it; refused with the place where it has another. */
export type ReadShape = <T>(shape: z.ZodType<T>, value: unknown, what: string) => T

/** Reads the answers of one system; `maker`: who says how they are written; `remedy`: what to do about one that is not so. */
export function shapeReader(system: string, maker: string, remedy = ''): ReadShape {
  return (shape, value, what) => {
    const read = shape.safeParse(value)
    if (read.success) return read.data
    const at = read.error.issues[0]?.path.join('.')
    throw refusedAnswer(system, `${what} is not as ${maker} writes it${at ? ` (${at})` : ''}${remedy && `. ${remedy}`}`)
  }
}

/** The remedy where another address may well answer with something else. */
export const CHECK_ADDRESS = 'Check that the address is that of its API'
