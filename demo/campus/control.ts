import type { IncomingMessage } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import type { Answer } from './answer.ts'
import { FAULT_KINDS, type FaultOptions, Faults, SYSTEMS, type System } from './faults.ts'
import { ASPECTS, PeopleChanges, PICK, POPULATIONS } from './people/changes.ts'

/** What can be done to the pretend campus while it runs. */
export class CampusControl {
  readonly faults = new Faults()
  readonly courseChanges = new Map<string, Record<string, unknown> | null>()
  readonly termChanges = new Map<string, Record<string, unknown> | null>()
  readonly people: PeopleChanges
  readonly #requests = new Map<System, number>(SYSTEMS.map((system) => [system, 0]))

  constructor(peopleCount = 0) {
    this.people = new PeopleChanges(peopleCount)
  }

  /** Changes fields of a course; a second change adds to the first. `courseId` as it is served, `000123`. */
  changeCourse(term: string, courseId: string, fields: Record<string, unknown>): void {
    const key = `${term}/${courseId}`
    this.courseChanges.set(key, { ...this.courseChanges.get(key), ...fields })
  }

  removeCourse(term: string, courseId: string): void {
    this.courseChanges.set(`${term}/${courseId}`, null)
  }

  restore(): void {
    this.courseChanges.clear()
    this.termChanges.clear()
    this.people.restore()
  }

  /** Sets columns on every row of a term, or removes the term (null). */
  changeTerm(strm: string, columns: Record<string, unknown> | null): void {
    this.termChanges.set(strm, columns)
  }

  count(system: System): void {
    this.#requests.set(system, this.requests(system) + 1)
  }

  requests(system: System): number {
    return this.#requests.get(system) ?? 0
  }
}

const order = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('misbehave'),
    system: z.enum(SYSTEMS),
    kind: z.enum(FAULT_KINDS),
    times: z.int().min(1).optional(),
    retryAfter: z.string().optional(),
    delayMs: z.int().min(0).optional(),
    share: z.number().min(0).max(1).optional(),
    buid: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('behave'), system: z.enum(SYSTEMS).optional() }),
  z.strictObject({ do: z.literal('change-course'), term: z.string(), courseId: z.string(), fields: z.record(z.string(), z.unknown()) }),
  z.strictObject({ do: z.literal('remove-course'), term: z.string(), courseId: z.string() }),
  z.strictObject({ do: z.literal('change-term'), strm: z.string(), columns: z.record(z.string(), z.unknown()).nullable() }),
  z.strictObject({ do: z.literal('change-people'), ...PICK.shape, aspect: z.enum(ASPECTS).optional() }),
  z.strictObject({ do: z.literal('remove-people'), ...PICK.shape }),
  z.strictObject({ do: z.literal('set-populations'), buid: z.string(), populations: z.array(z.enum(POPULATIONS)) }),
  z.strictObject({ do: z.literal('restore') }),
])
type Order = z.infer<typeof order>

/** `GET /control` tells the state; `POST /control` takes one command as JSON, for example `{"do":"behave"}`. */
export async function answerControl(request: IncomingMessage, control: CampusControl): Promise<Answer> {
  if (request.method !== 'POST') return state(control)
  const body: unknown = await readJson(request).catch(() => undefined)
  const parsed = order.safeParse(body)
  if (!parsed.success) return { status: 400, contentType: 'text/plain', body: [z.prettifyError(parsed.error)] }
  obey(control, parsed.data)
  return state(control)
}

function obey(control: CampusControl, command: Order): void {
  const { faults, people } = control
  switch (command.do) {
    case 'misbehave':
      faults.set(command.system, command.kind, said(command))
      break
    case 'behave':
      faults.clear(command.system)
      break
    case 'change-course':
      control.changeCourse(command.term, command.courseId, command.fields)
      break
    case 'remove-course':
      control.removeCourse(command.term, command.courseId)
      break
    case 'change-term':
      control.changeTerm(command.strm, command.columns)
      break
    case 'change-people':
      people.change(command, command.aspect)
      break
    case 'remove-people':
      people.remove(command)
      break
    case 'set-populations':
      people.setPopulations(command.buid, command.populations)
      break
    default:
      control.restore()
  }
}

/** The options of a fault; what is left out keeps its default. */
function said({ times, retryAfter, delayMs, share, buid }: Extract<Order, { do: 'misbehave' }>): FaultOptions {
  return {
    ...(times === undefined ? {} : { times }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(share === undefined ? {} : { share }),
    ...(buid === undefined ? {} : { buid }),
  }
}

function state(control: CampusControl): Answer {
  const asked = SYSTEMS.filter((system) => control.requests(system) > 0)
  const requests = Object.fromEntries(asked.map((system) => [system, control.requests(system)]))
  const changed = control.courseChanges.size + control.termChanges.size + control.people.size
  return {
    status: 200,
    contentType: 'application/json',
    body: [JSON.stringify({ misbehaving: control.faults.state(), changed, requests })],
  }
}
