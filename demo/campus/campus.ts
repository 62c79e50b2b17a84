import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from '#lib/platform/clock.ts'
import { deliver, rudeAnswer } from './answer.ts'
import { answerControl, CampusControl } from './control.ts'
import { syntheticCourses } from './courses/synthetic-courses.ts'
import { startLdapServer } from './ldap/ldap-server.ts'
import { VDS_GATEWAY_PATH, VDS_REST_PATH } from './ldap/vds.ts'
import { listen } from './listen.ts'
import { People } from './people/people.ts'
import { PERSON_API_PATH } from './people/person-api.ts'
import { CS_TOOLS_PATH } from './peoplesoft/cs-tools.ts'
import { SAP_BAPI_PATH } from './sap/sap.ts'
import { SAP_ODATA2_PATH, SAP_ODATA4_PATH } from './sap/sap-odata.ts'
import { fileCourses } from './snaplogic/course-files.ts'
import { PERSON_TASK_PATH } from './snaplogic/person-task.ts'
import { COURSE_TASK_PATH } from './snaplogic/snaplogic.ts'
import type { CampusCredentials, CampusWorld } from './system.ts'
import { openSystems } from './systems.ts'

export interface CampusOptions {
  clock: Clock
  port?: number
  /** A folder of real catalogues (`DEMO_COURSES`); absent: invented courses. */
  courses?: string
  seed?: number
  termCount?: number
  coursesPerTerm?: number
  /** Their documents are made when asked for, so that 100,000 cost no more memory than ten. */
  peopleCount?: number
  dripMs?: number
}

export interface Campus {
  /** Base address: PeopleSoft's `baseUrl`; `<url>/control` switches faults. */
  url: string
  courseUrl: string
  urls: CampusUrls
  credentials: CampusCredentials
  control: CampusControl
  people: People
  close(): Promise<void>
}

interface CampusUrls {
  personTask: string
  personApi: string
  csTools: string
  sapBapi: string
  sapOData2: string
  sapOData4: string
  vdsRest: string
  vdsGateway: string
  ldap: string
}

const CREDENTIALS: CampusCredentials = {
  user: 'DEMO',
  password: 'pretend-campus',
  key: 'pretend-campus-key',
  bindDn: 'uid=tidemark,ou=apps,o=campus',
  bindPassword: 'pretend-directory',
}

export async function startCampus(options: CampusOptions): Promise<Campus> {
  const world = await createWorld(options)
  const ldap = await startLdapServer(world)
  const systems = openSystems(world)
  const { control } = world
  const { dripMs = 200 } = options

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://campus')
    const found = systems.find(([, system]) => system.isFor(url.pathname))
    if (!found) {
      const other =
        url.pathname === '/control'
          ? await answerControl(request, control)
          : { status: 404, contentType: 'text/plain', body: ['Not here.'] }
      return deliver(response, other, undefined, dripMs)
    }
    const [name, system] = found
    control.count(name)
    const fault = control.faults.take(name)
    if (fault?.kind === 'down') return void response.destroy()
    const polite = rudeAnswer(fault, response) ?? (await system.answer(request, url, fault))
    return deliver(response, polite, fault, dripMs)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  const listening = await listen(server, options.port).catch(async (error: unknown) => {
    await ldap.close()
    throw error
  })
  const url = `http://127.0.0.1:${listening.port}`
  return {
    url,
    courseUrl: `${url}${COURSE_TASK_PATH}`,
    urls: urlsBelow(url, ldap.url),
    credentials: CREDENTIALS,
    control,
    people: world.people,
    async close() {
      await ldap.close()
      await listening.close()
    },
  }
}

async function createWorld(options: CampusOptions): Promise<CampusWorld> {
  const { clock, seed = 1, termCount = 12, coursesPerTerm = 800, peopleCount = 60 } = options
  const control = new CampusControl(peopleCount)
  const courses =
    options.courses === undefined
      ? syntheticCourses({ clock, seed, termCount, perTerm: coursesPerTerm })
      : await fileCourses(options.courses)
  const people = new People({ count: peopleCount, seed, clock, changes: control.people })
  return { clock, control, credentials: CREDENTIALS, termCount, courses, people }
}

function urlsBelow(url: string, ldap: string): CampusUrls {
  return {
    personTask: `${url}${PERSON_TASK_PATH}`,
    personApi: `${url}${PERSON_API_PATH}`,
    csTools: `${url}${CS_TOOLS_PATH}`,
    sapBapi: `${url}${SAP_BAPI_PATH}`,
    sapOData2: `${url}${SAP_ODATA2_PATH}`,
    sapOData4: `${url}${SAP_ODATA4_PATH}`,
    vdsRest: `${url}${VDS_REST_PATH}`,
    vdsGateway: `${url}${VDS_GATEWAY_PATH}`,
    ldap,
  }
}
