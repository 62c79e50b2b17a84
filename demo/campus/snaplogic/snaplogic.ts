import type { CampusCourse, CourseGroup, CourseSource } from '#demo/campus/courses/courses.ts'
import type { CampusSystem, CampusWorld } from '#demo/campus/system.ts'
import { errorDocument, hasTaskKey, json, taskRefusal, UNAUTHORIZED } from './task.ts'

type CourseChanges = ReadonlyMap<string, Record<string, unknown> | null>

export const COURSE_TASK_PATH = '/api/1/rest/slsched/feed/Campus/projects/Courses/Course%20Task'

/** SnapLogic's triggered course task, as it answers: always an array, errors inside it. */
export function snapLogic(world: CampusWorld): CampusSystem {
  return {
    isFor: (path) => path.startsWith('/api/1/rest/'),
    answer(request, url, fault) {
      if (fault?.kind === 'unauthorized' || !hasTaskKey(request, world.credentials.key)) return taskRefusal(401, UNAUTHORIZED)
      if (url.pathname !== COURSE_TASK_PATH) return taskRefusal(404, 'Task not found')
      const term = url.searchParams.get('term')
      if (term === null) return json(200, [`[${errorDocument(400)}]`])
      if (fault?.kind === 'empty-answer') return json(200, ['[]'])
      return json(200, document(term, world.courses, world.control.courseChanges, fault?.kind))
    },
  }
}

function* document(term: string, source: CourseSource, changes: CourseChanges, kind: string | undefined): Generator<string> {
  yield '['
  let elements = 0
  for (const group of source.groups(term)) {
    yield elements === 0 ? '' : ','
    yield* groupText(group, kind, courses(term, group, changes, kind))
    elements += 1
    if (kind === 'error-document') break
  }
  const more: Record<string, string> = { 'error-document': errorDocument(503), 'empty-objects': '{}', 'null-objects': NULL_GROUP }
  const extra = more[kind ?? '']
  if (extra !== undefined) yield `${elements === 0 ? '' : ','}${extra}`
  yield ']'
}

const NULL_GROUP = '{"termDetails":null,"courses":[{"title":"Nobody knows which term","v2":{"courseId":"000001","sessionCode":"1"}}]}'

function* groupText(group: CourseGroup, kind: string | undefined, list: Iterable<CampusCourse>): Generator<string> {
  yield `{"termDetails":${JSON.stringify(group.termDetails)},"courses":[`
  let first = true
  for (const course of list) {
    yield `${first ? '' : ','}${JSON.stringify(course)}`
    first = false
  }
  if (kind === 'empty-objects') yield `${first ? '' : ','}{}`
  yield ']}'
}

function* courses(term: string, group: CourseGroup, changes: CourseChanges, kind: string | undefined): Generator<CampusCourse> {
  const limit = kind === 'half-the-rows' || kind === 'error-document' ? Math.floor(group.count / 2) : group.count
  const repeated: CampusCourse[] = []
  let index = 0
  for (const original of group.courses()) {
    if (index >= limit) break
    const change = changes.size === 0 ? undefined : changes.get(`${term}/${original.v2?.courseId}`)
    if (change !== null) yield misbehave(change === undefined ? original : { ...original, ...change }, index, kind)
    if (kind === 'duplicate-courses' && index % 10 === 0)
      repeated.push({ ...original, department: 'ZZ', title: `${original.title} (also offered elsewhere)` }, original)
    index += 1
  }
  yield* repeated
}

function misbehave(course: CampusCourse, index: number, kind: string | undefined): CampusCourse {
  if (index > 0 || course.v2 === null) return course
  switch (kind) {
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
