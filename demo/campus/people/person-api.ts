import type { IncomingMessage } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import { type Answer, jsonAnswer } from '#demo/campus/answer.ts'
import type { Fault } from '#demo/campus/faults.ts'
import type { CampusSystem, CampusWorld } from '#demo/campus/system.ts'
import { type AskedPerson, gather, peopleTexts } from './people-answers.ts'

export const PERSON_API_PATH = '/api/v1/persons'

const objects = z.tuple([z.literal('student'), z.literal('affiliate'), z.literal('faculty'), z.literal('employee')])
const options = z.strictObject({ response_format: z.literal('ndjson'), batch_size: z.int().min(1).optional() })
const bodySchema = z.union([
  z.strictObject({ objects, options, buids: z.array(z.string()) }),
  z.strictObject({
    objects,
    options,
    student: z
      .strictObject({ uid_car_term: z.array(z.looseObject({ buid: z.string(), acad_career: z.string(), strm: z.string() })) })
      .optional(),
    faculty: z.strictObject({ emplid_term: z.array(z.strictObject({ emplid: z.string(), strm: z.string() })) }).optional(),
  }),
])
type Body = z.infer<typeof bodySchema>

/** The newer person API: people as lines of JSON. */
export function personApi(world: CampusWorld): CampusSystem {
  return {
    isFor: (path) => path === PERSON_API_PATH,
    answer(request, _url, fault) {
      if (fault?.kind === 'unauthorized' || request.headers['x-api-key'] !== world.credentials.key)
        return jsonAnswer(403, { message: 'Forbidden' })
      return stream(world, request, fault)
    },
  }
}

async function stream(world: CampusWorld, request: IncomingMessage, fault: Fault | undefined): Promise<Answer> {
  const body = bodySchema.safeParse(await readJson(request).catch(() => undefined))
  if (request.method !== 'POST' || !body.success) return jsonAnswer(422, { detail: 'The body does not ask for people.' })
  const texts = peopleTexts(world.people, askedIn(body.data).values(), fault)
  if (fault?.kind === 'one-json-document') return { status: 200, contentType: 'application/json', body: asDocument(texts) }
  return { status: 200, contentType: 'application/x-ndjson', body: asLines(texts, fault) }
}

function askedIn(body: Body): Map<string, AskedPerson> {
  if ('buids' in body) return gather(body.buids.map((buid) => ({ buid })))
  const rows = body.student?.uid_car_term ?? []
  const asked = gather(rows.map((row) => ({ buid: row.buid, career: row.acad_career, strm: row.strm })))
  for (const { emplid, strm } of body.faculty?.emplid_term ?? []) {
    const person = asked.get(emplid) ?? { buid: emplid, terms: [], facultyTerms: [] }
    person.facultyTerms.push(strm)
    asked.set(emplid, person)
  }
  return asked
}

function* asLines(texts: Iterable<string>, fault: Fault | undefined): Generator<string> {
  const kind = fault?.kind
  let sent = 0
  for (const text of texts) {
    if (kind === 'error-lines' && sent % 10 === 0) yield `${errorLine(text)}\n`
    else yield `{"type":"record","data":${text}}\n`
    sent += 1
    if (kind === 'ends-early' && sent === 3) return
    if (kind === 'error-document' && sent === 3) yield '{"type":"error","message":"Upstream is not available","status":503}\n'
    if (sent % 25 === 0) yield '\n'
  }
  if (kind === 'wrong-summary') yield `{"type":"summary","count":${sent + 2}}\n`
  else if (kind === undefined) yield `{"type":"summary","count":${sent}}\n`
}

function errorLine(text: string): string {
  const { personid } = JSON.parse(text)
  return JSON.stringify({ type: 'error', personid, message: `Document of ${personid} could not be built`, status: 500 })
}

// Older releases: one document over many lines.
function* asDocument(texts: Iterable<string>): Generator<string> {
  yield '{\n  "data": [\n'
  let sent = 0
  for (const text of texts) {
    yield `${sent === 0 ? '' : ',\n'}    ${text}`
    sent += 1
  }
  yield '\n  ]\n}\n'
}
