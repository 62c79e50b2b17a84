import type { IncomingMessage } from 'node:http'
import type { Answer } from './answer.ts'
import type { CampusCourse, CourseGroup, CourseSource } from './courses.ts'
import type { Misbehaviour } from './manners.ts'

/** By `<term>/<course id>`: fields to set on a course, or null: it is gone. */
export type CourseChanges = ReadonlyMap<string, Record<string, unknown> | null>

export interface SnapLogicOptions {
  key: string
  source: CourseSource
  changes: CourseChanges
}

/** The triggered task's path: pod, organisation, project space, project, task. */
export const COURSE_TASK_PATH = '/api/1/rest/slsched/feed/Campus/projects/Courses/Course%20Task'

/** Whether a request is for a SnapLogic task. */
export function isSnapLogic(path: string): boolean {
  return path.startsWith('/api/1/rest/')
}

/** SnapLogic's triggered course task, as it answers: always an array, errors inside it. */
export function answerSnapLogic(
  request: IncomingMessage,
  url: URL,
  options: SnapLogicOptions,
  misbehaviour: Misbehaviour | undefined,
): Answer {
  const key = request.headers['x-api-key'] ?? request.headers.authorization?.replace(/^Bearer /, '')
  if (misbehaviour?.manner === 'unauthorized' || key !== options.key) {
    return json(401, [
      JSON.stringify({ response_map: { error_list: [{ message: 'Unauthorized: the task token is not valid' }] }, http_status_code: 401 }),
    ])
  }
  if (url.pathname !== COURSE_TASK_PATH)
    return json(404, [JSON.stringify({ response_map: { error_list: [{ message: 'Task not found' }] }, http_status_code: 404 })])
  const term = url.searchParams.get('term')
  if (term === null) return json(200, [`[${errorDocument(400)}]`])
  if (misbehaviour?.manner === 'empty-answer') return json(200, ['[]'])
  return json(200, document(term, options, misbehaviour))
}

function json(status: number, body: Iterable<string>): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body }
}

function errorDocument(status: number): string {
  return JSON.stringify({
    error: 'Failed to execute HTTP request',
    reason: `REST API service endpoint returned error result: status code = ${status}, reason phrase = Service Unavailable`,
    resolution: 'Please check the values of Snap properties.',
    status,
  })
}

function* document(term: string, options: SnapLogicOptions, misbehaviour: Misbehaviour | undefined): Generator<string> {
  const manner = misbehaviour?.manner
  yield '['
  let elements = 0
  for (const group of options.source.groups(term)) {
    yield elements === 0 ? '' : ','
    yield* groupText(group, manner, courses(term, group, options.changes, manner))
    elements += 1
    if (manner === 'error-document') break
  }
  const more: Partial<Record<string, string>> = { 'error-document': errorDocument(503), 'empty-objects': '{}', 'null-objects': NULL_GROUP }
  const extra = manner === undefined ? undefined : more[manner]
  if (extra !== undefined) yield `${elements === 0 ? '' : ','}${extra}`
  yield ']'
}

const NULL_GROUP = '{"termDetails":null,"courses":[{"title":"Nobody knows which term","v2":{"courseId":"000001","sessionCode":"1"}}]}'

function* groupText(group: CourseGroup, manner: string | undefined, list: Iterable<CampusCourse>): Generator<string> {
  yield `{"termDetails":${JSON.stringify(group.termDetails)},"courses":[`
  let first = true
  for (const course of list) {
    yield `${first ? '' : ','}${JSON.stringify(course)}`
    first = false
  }
  if (manner === 'empty-objects') yield `${first ? '' : ','}{}`
  yield ']}'
}

function* courses(term: string, group: CourseGroup, changes: CourseChanges, manner: string | undefined): Generator<CampusCourse> {
  const limit = manner === 'half-the-rows' || manner === 'error-document' ? Math.floor(group.count / 2) : group.count
  const repeated: CampusCourse[] = []
  let index = 0
  for (const original of group.courses()) {
    if (index >= limit) break
    const change = changes.size === 0 ? undefined : changes.get(`${term}/${original.v2?.courseId}`)
    if (change !== null) yield misbehave(change === undefined ? original : { ...original, ...change }, index, manner)
    if (manner === 'duplicate-courses' && index % 10 === 0)
      repeated.push({ ...original, department: 'ZZ', title: `${original.title} (also offered elsewhere)` }, original)
    index += 1
  }
  yield* repeated
}

/** Spoils the first course of a group. */
function misbehave(course: CampusCourse, index: number, manner: string | undefined): CampusCourse {
  if (index > 0 || course.v2 === null) return course
  switch (manner) {
    case 'long-session-code':
      return { ...course, v2: { ...course.v2, sessionCode: '12WK' } }
    case 'integer-overflow':
      return { ...course, v2: { ...course.v2, courseId: '99999999999' } }
    case 'null-character':
      return { ...course, title: `${course.title.slice(0, 4)}\u0000${course.title.slice(4)}` }
    case 'null-objects':
      return { ...course, v2: null }
    default:
      return course
  }
}
