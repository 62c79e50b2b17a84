import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach } from 'vitest'
import { type Departments, startDepartments } from '#demo/campus/departments.ts'
import http from '#lib/connectors/http.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'

export const DEPARTMENTS_NOW = Date.parse('2026-11-20T09:05:00Z')

export type SignIn = 'none' | 'basic' | 'bearer' | 'key'

export interface DepartmentWorld {
  clock: HurriedClock
  departments: Departments
  other: HttpReceiver
  signIn(how: SignIn): object
  connected(settings?: object, signal?: AbortSignal): ReturnType<typeof connection>
  readOther(request: Record<string, unknown>, settings?: object): Promise<unknown[]>
}

function connection(settings: object, clock: HurriedClock, signal: AbortSignal) {
  return { key: 'department', settings: http.settings.parse(settings), clock, log: silentLog, signal }
}

/** Started for the tests of one file; each begins with a clean world. */
export async function departmentWorld(): Promise<DepartmentWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'departments-'))
  const clock = new HurriedClock(DEPARTMENTS_NOW)
  const departments = await startDepartments({ clock, folder })
  const other = await startHttpReceiver()
  const { user, password, token, keyHeader, key } = departments.credentials
  const settings: Record<SignIn, object> = {
    none: {},
    basic: { auth: 'basic', user, password },
    bearer: { auth: 'bearer', token },
    key: { auth: 'header', header: keyHeader, token: key },
  }
  const connected: DepartmentWorld['connected'] = (more = {}, signal = new AbortController().signal) =>
    connection({ baseUrl: `${departments.url}/api`, ...more }, clock, signal)
  beforeEach(() => {
    clock.set(DEPARTMENTS_NOW)
    clock.waits.length = 0
    other.requests.length = 0
    departments.faults.set(null)
  })
  afterAll(async () => {
    await departments.close()
    await other.close()
    await rm(folder, { recursive: true })
  })
  return {
    clock,
    departments,
    other,
    signIn: (how) => settings[how],
    connected,
    readOther: (request, more = {}) =>
      Array.fromAsync(askOnce(http).extract(connected({ baseUrl: other.url, ...more }), { format: 'json', ...request })),
  }
}
