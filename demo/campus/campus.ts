import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from '#lib/platform/clock.ts'
import { deliver, rudeAnswer } from './answer.ts'
import { answerControl, CampusControl } from './control.ts'
import { fileCourses } from './course-files.ts'
import { answerPeopleSoft, isPeopleSoft } from './peoplesoft.ts'
import { answerSnapLogic, COURSE_TASK_PATH, isSnapLogic } from './snaplogic.ts'
import { syntheticCourses } from './synthetic-courses.ts'

export interface CampusOptions {
  clock: Clock
  /** 0 or absent: a free one. */
  port?: number
  /** A folder of real catalogues (`DEMO_COURSES`); absent: invented courses. */
  courses?: string
  seed?: number
  /** Terms per career around now. */
  termCount?: number
  /** Invented courses in each term. */
  coursesPerTerm?: number
  /** Pause between two bytes of a slow drip. */
  dripMs?: number
}

export interface Campus {
  /** Base address: PeopleSoft's `baseUrl`; `<url>/control` switches bad manners. */
  url: string
  /** The course task's address. */
  courseUrl: string
  /** What both systems accept; only this pretend campus knows them. */
  credentials: { user: string; password: string; key: string }
  control: CampusControl
  close(): Promise<void>
}

const CREDENTIALS = { user: 'DEMO', password: 'pretend-campus', key: 'pretend-campus-key' }

/** Starts the pretend campus on the loopback address: PeopleSoft and SnapLogic on one port. */
export async function startCampus(options: CampusOptions): Promise<Campus> {
  const { clock, seed = 1, termCount = 12, coursesPerTerm = 800, dripMs = 200 } = options
  const control = new CampusControl()
  const source =
    options.courses === undefined
      ? syntheticCourses({ clock, seed, termCount, perTerm: coursesPerTerm })
      : await fileCourses(options.courses)
  const peoplesoft = { clock, user: CREDENTIALS.user, password: CREDENTIALS.password, termCount, changes: control.termChanges }
  const snaplogic = { key: CREDENTIALS.key, source, changes: control.courseChanges }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://campus')
    const system = isPeopleSoft(url.pathname) ? 'peoplesoft' : isSnapLogic(url.pathname) ? 'snaplogic' : undefined
    if (system === undefined) {
      const other =
        url.pathname === '/control'
          ? await answerControl(request, control)
          : { status: 404, contentType: 'text/plain', body: ['Not here.'] }
      return deliver(response, other, undefined, dripMs)
    }
    control.count(system)
    const misbehaviour = control.manners.take(system)
    if (misbehaviour?.manner === 'down') return void response.destroy()
    const polite = () =>
      system === 'peoplesoft'
        ? answerPeopleSoft(request, url, peoplesoft, misbehaviour)
        : answerSnapLogic(request, url, snaplogic, misbehaviour)
    return deliver(response, rudeAnswer(misbehaviour, response) ?? polite(), misbehaviour, dripMs)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : options.port}`
  return {
    url,
    courseUrl: `${url}${COURSE_TASK_PATH}`,
    credentials: CREDENTIALS,
    control,
    async close() {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}
