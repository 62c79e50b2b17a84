import type { IncomingMessage } from 'node:http'
import type { Clock } from '#lib/platform/clock.ts'
import type { Answer } from './answer.ts'
import type { CampusControl } from './control.ts'
import type { CourseSource } from './courses/courses.ts'
import type { Fault } from './faults.ts'
import type { People } from './people/people.ts'

export interface CampusWorld {
  clock: Clock
  control: CampusControl
  credentials: CampusCredentials
  termCount: number
  courses: CourseSource
  people: People
}

export interface CampusCredentials {
  user: string
  password: string
  key: string
  bindDn: string
  bindPassword: string
}

/** One system behind the campus' address. */
export interface CampusSystem {
  isFor(path: string): boolean
  answer(request: IncomingMessage, url: URL, fault: Fault | undefined): Answer | Promise<Answer>
}
