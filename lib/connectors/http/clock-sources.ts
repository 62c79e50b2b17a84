import { z } from 'zod'
import { clocksTold } from '#lib/connectors/kit/told-clocks.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { scalarText } from '#lib/domain/values/convert-value.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import { hasMarks } from '#lib/domain/values/name-template.ts'
import { EACH, parsePlace, valueAt } from './places.ts'

const eachesIn = (place: string) => parsePlace(place)?.filter((step) => step === EACH).length ?? 0

const scalar = z.union([z.string().max(500), z.number(), z.boolean()])

const placeSchema = z
  .string()
  .max(500)
  .refine((text) => parsePlace(text) !== null, 'is no place such as $.data.updated_at, $.items[0].at or $.items[*].at')
  .refine((text) => eachesIn(text) <= 1, 'holds [*] more than once; write one place of one list')

const fieldSchema = z
  .string()
  .max(500)
  .refine((field) => parsePlace(field) !== null && eachesIn(field) === 0, 'is no field of an element')

const sourceSchema = z
  .strictObject({
    header: z
      .string()
      .regex(/^[A-Za-z][\w-]{0,99}$/, 'is no name of a header')
      .optional(),
    json: placeSchema.optional(),
    /** Which elements of the list at `[*]` count: their fields must be equal to this, or to one of these. */
    where: z.record(fieldSchema, z.union([scalar, z.array(scalar).min(1)])).optional(),
    /** What is loaded every few seconds cannot be told from the server's own clock: whoever writes this says that it is. */
    live: z.literal(true).optional(),
  })
  .superRefine(({ header, json, where }, issues) => {
    const say = (path: string[], message: string) => issues.addIssue({ code: 'custom', path, message })
    if ((header === undefined) === (json === undefined)) say([], 'needs one of the two: { header: X-Built-At } or { json: $.updated_at }')
    if (where === undefined) return
    if (eachesIn(json ?? '') === 0) say(['where'], 'says which elements of a list count; write [*] in json where the list is')
    else if (Object.keys(where).length === 0) say(['where'], 'is empty; take it out')
  })
export type Source = z.infer<typeof sourceSchema>

/** Clocks that a header or a place in a JSON answer tells. */
export const toldClocksShape = {
  loadedAt: sourceSchema.optional(),
  writtenAt: sourceSchema.optional(),
  dataThroughAt: sourceSchema.optional(),
}

export type ToldClocks = Partial<Record<JudgedClock, Source | undefined>>

/** Why clocks of an answer cannot be named, by the first that is; null: they can, or none is. */
export function refuseToldClocks(
  path: string,
  told: Partial<Record<JudgedClock, unknown>>,
): { at: [JudgedClock]; problem: string; remedy: string } | null {
  const [clock] = clocksTold(told)
  if (clock === undefined || !hasMarks(path)) return null
  return {
    at: [clock],
    problem: `${path} changes from day to day: clocks of its answer cannot be named.`,
    remedy: 'Write a fixed path, or take the clock out: what is written last is known by its headers.',
  }
}

/** Whether an element of a list is one that counts; texts and numbers are compared as they are written. */
export function fitsWhere({ where = {} }: Source): (element: JsonValue) => boolean {
  const wanted = Object.entries(where).map(([field, values]) => ({ steps: parsePlace(field) ?? [], texts: [values].flat().map(String) }))
  return (element) =>
    wanted.every(({ steps, texts }) => {
      const value = valueAt(element, steps)
      const text = typeof value === 'boolean' ? String(value) : scalarText(value)
      return text !== null && texts.includes(text)
    })
}
