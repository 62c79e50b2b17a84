import type { IncomingMessage } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import type { Answer } from './answer.ts'
import { MANNERS, Manners, SYSTEMS, type System } from './manners.ts'

/** What somebody may do to the pretend campus while it runs. */
export class CampusControl {
  readonly manners = new Manners()
  readonly courseChanges = new Map<string, Record<string, unknown> | null>()
  readonly termChanges = new Map<string, Record<string, unknown> | null>()
  readonly #requests = new Map<System, number>(SYSTEMS.map((system) => [system, 0]))

  /** Changes fields of one course; a second change adds to the first. `courseId` as it is served, `000123`. */
  changeCourse(term: string, courseId: string, fields: Record<string, unknown>): void {
    const key = `${term}/${courseId}`
    this.courseChanges.set(key, { ...this.courseChanges.get(key), ...fields })
  }

  removeCourse(term: string, courseId: string): void {
    this.courseChanges.set(`${term}/${courseId}`, null)
  }

  /** As it was published: all changes of courses and terms are forgotten. */
  restore(): void {
    this.courseChanges.clear()
    this.termChanges.clear()
  }

  /** Sets columns on every row of a term, or removes the term (null). */
  changeTerm(strm: string, columns: Record<string, unknown> | null): void {
    this.termChanges.set(strm, columns)
  }

  count(system: System): void {
    this.#requests.set(system, this.requests(system) + 1)
  }

  /** How often a system was asked so far. */
  requests(system: System): number {
    return this.#requests.get(system) ?? 0
  }
}

const order = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('misbehave'),
    system: z.enum(SYSTEMS),
    manner: z.enum(MANNERS),
    times: z.int().min(1).optional(),
    retryAfter: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('behave'), system: z.enum(SYSTEMS).optional() }),
  z.strictObject({ do: z.literal('change-course'), term: z.string(), courseId: z.string(), fields: z.record(z.string(), z.unknown()) }),
  z.strictObject({ do: z.literal('remove-course'), term: z.string(), courseId: z.string() }),
  z.strictObject({ do: z.literal('change-term'), strm: z.string(), columns: z.record(z.string(), z.unknown()).nullable() }),
  z.strictObject({ do: z.literal('restore') }),
])
type Order = z.infer<typeof order>

/** `GET /control` says how things are; `POST /control` takes one order as JSON, for example `{"do":"behave"}`. */
export async function answerControl(request: IncomingMessage, control: CampusControl): Promise<Answer> {
  if (request.method !== 'POST') return state(control)
  const body: unknown = await readJson(request).catch(() => undefined)
  const parsed = order.safeParse(body)
  if (!parsed.success) return { status: 400, contentType: 'text/plain', body: [z.prettifyError(parsed.error)] }
  obey(control, parsed.data)
  return state(control)
}

function obey(control: CampusControl, command: Order): void {
  const { manners } = control
  if (command.do === 'misbehave')
    manners.set(command.system, command.manner, withoutUndefined({ times: command.times, retryAfter: command.retryAfter }))
  else if (command.do === 'behave') manners.clear(command.system)
  else if (command.do === 'change-course') control.changeCourse(command.term, command.courseId, command.fields)
  else if (command.do === 'remove-course') control.removeCourse(command.term, command.courseId)
  else if (command.do === 'change-term') control.changeTerm(command.strm, command.columns)
  else control.restore()
}

function withoutUndefined(options: { times: number | undefined; retryAfter: string | undefined }): { times?: number; retryAfter?: string } {
  const { times, retryAfter } = options
  return { ...(times === undefined ? {} : { times }), ...(retryAfter === undefined ? {} : { retryAfter }) }
}

function state(control: CampusControl): Answer {
  const requests = Object.fromEntries(SYSTEMS.map((system) => [system, control.requests(system)]))
  const changed = control.courseChanges.size + control.termChanges.size
  return {
    status: 200,
    contentType: 'application/json',
    body: [JSON.stringify({ misbehaving: control.manners.state(), changed, requests })],
  }
}
