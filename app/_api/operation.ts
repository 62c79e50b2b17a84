import { z } from 'zod'
import { PAGE_ITEMS } from '#lib/queries/api/questions.ts'
import { pageSchema, removedSchema } from '#lib/queries/api/shapes.ts'

/** What an address of the API takes and answers, as the document and the page of the API tell it. */
export interface Operation {
  tag: 'Read' | 'Wait and follow' | 'Order' | 'Hand in'
  summary: string
  description?: string
  /** What stands in braces in the address. */
  path?: Record<string, z.ZodType>
  /** What may stand in the query. */
  question?: z.ZodObject
  /** What may stand in its headers. */
  header?: z.ZodObject
  /** What an order may bring along, as JSON or as a form. */
  body?: z.ZodType
  /** What is answered when all went well. */
  answer: z.ZodType
  /** Answered as lines, too: what one of them is. */
  lines?: z.ZodType
  /** Only as a stream of server-sent events. */
  isStream?: boolean
  /** Who has the answer already is told so. */
  isTagged?: boolean
  /** Refusals besides those that anything may meet. */
  refusals?: readonly (404 | 409 | 413 | 415 | 422)[]
  /** Answered with 201 when it is stored, with 200 when all of it was before. */
  isStored?: boolean
  /** Senders ask by OPTIONS whether they may send, as the webhooks of CloudEvents do. */
  isAskedFirst?: boolean
}

/** What the addresses of the API take, by path and method. */
export type Operations = Record<string, Partial<Record<'get' | 'post', Operation>>>

/** A list: pages of it, or all of it as lines. */
export function list(
  summary: string,
  item: z.ZodType,
  question: z.ZodObject,
  options: { hasRemoved?: boolean; description?: string } = {},
): Operation {
  const told = options.hasRemoved === true ? z.union([item, removedSchema]) : item
  const pages = `Pages of ${PAGE_ITEMS}, or all of it as lines (NDJSON) in one answer.`
  const description = options.description === undefined ? pages : `${options.description} ${pages}`
  return { tag: 'Read', summary, description, question, answer: pageSchema(told), lines: told, isTagged: true }
}

/** Something to read. */
export function read(summary: string, answer: z.ZodType, options: Partial<Operation> = {}): Operation {
  return { tag: 'Read', summary, answer, ...options }
}

/** Something that another system hands in, with a token for that. */
export function handIn(summary: string, answer: z.ZodType, options: Partial<Operation> = {}): Operation {
  return { tag: 'Hand in', summary, answer, isStored: true, ...options }
}

/** Something to order. */
export function order(summary: string, answer: z.ZodType, options: Partial<Operation> = {}): Operation {
  return { tag: 'Order', summary, answer, refusals: [404, 409], ...options }
}
