import type { IncomingMessage } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import type { Answer } from '#demo/campus/answer.ts'
import type { Fault } from '#demo/campus/faults.ts'
import { gather, peopleTexts } from '#demo/campus/people/people-answers.ts'
import type { CampusSystem, CampusWorld } from '#demo/campus/system.ts'
import { errorDocument, hasTaskKey, json, taskRefusal, UNAUTHORIZED } from './task.ts'

export const PERSON_TASK_PATH = '/api/1/rest/slsched/feed/Campus/projects/People/Person%20Task'

const OBJECTS = "['student','affiliate','faculty','employee']"
const bodySchema = z.strictObject({ uidCarTerm: z.string() })

/** SnapLogic's person task: takes a text that only looks like JSON, gives an array of people. */
export function personTask(world: CampusWorld): CampusSystem {
  return {
    isFor: (path) => path === PERSON_TASK_PATH,
    answer(request, url, fault) {
      if (fault?.kind === 'unauthorized' || !hasTaskKey(request, world.credentials.key)) return taskRefusal(401, UNAUTHORIZED)
      if (fault?.kind === 'error-in-200') return json(200, [`[${errorDocument(503)}]`])
      return run(world, request, url, fault)
    },
  }
}

async function run(world: CampusWorld, request: IncomingMessage, url: URL, fault: Fault | undefined): Promise<Answer> {
  const body = bodySchema.safeParse(await readJson(request).catch(() => undefined))
  const rows = body.success ? parsePseudoJson(body.data.uidCarTerm) : undefined
  const isAsked = url.searchParams.get('objects') === OBJECTS && url.searchParams.has('csEnv')
  if (request.method !== 'POST' || rows === undefined || !isAsked) return json(200, [`[${errorDocument(400)}]`])
  const asked = gather(rows.map((row) => ({ buid: row['BUID'] ?? '', career: row['ACAD_CAREER'], strm: row['STRM'] })))
  return json(200, asArray(peopleTexts(world.people, asked.values(), fault), fault))
}

function* asArray(texts: Iterable<string>, fault: Fault | undefined): Generator<string> {
  yield '['
  let sent = 0
  for (const text of texts) {
    yield `${sent === 0 ? '' : ','}${text}`
    sent += 1
    if (fault?.kind === 'error-document' && sent === 3) {
      yield `,${errorDocument(503)}`
      break
    }
  }
  yield ']'
}

const FIELD = /^([A-Za-z_]\w*):"([^"\\]*)"$/

/** Reads `[{BUID:"U9…",STRM:"2267"}]`: bare keys, values without escapes; undefined when it is anything else. */
export function parsePseudoJson(text: string): Record<string, string>[] | undefined {
  if (text === '[]') return []
  if (!text.startsWith('[{') || !text.endsWith('}]')) return undefined
  const rows: Record<string, string>[] = []
  for (const part of text.slice(2, -2).split('},{')) {
    const fields = part.split(/,(?=[A-Za-z_]\w*:")/).map((field) => FIELD.exec(field))
    if (fields.some((field) => field === null)) return undefined
    rows.push(Object.fromEntries(fields.flatMap((field) => (field === null ? [] : [[field[1] ?? '', field[2] ?? '']]))))
  }
  return rows
}
