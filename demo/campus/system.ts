import type { IncomingMessage } from 'node:http'
import type { Clock } from '#lib/platform/clock.ts'
import type { Answer } from './answer.ts'
import type { CampusControl } from './control.ts'
import type { CourseSource } from './courses/courses.ts'
import type { Misbehaviour } from './faults.ts'
import type { People } from './people/people.ts'

/** What every system of the pretend campus knows. */
export interface CampusWorld {
  clock: Clock
  control: CampusControl
  credentials: CampusCredentials
  termCount: number
  courses: CourseSource
  people: People
}

/** What the systems accept; only this pretend campus knows them. */
export interface CampusCredentials {
  user: string
  password: string
  key: string
  /** The directory's account, as a whole DN. */
  bindDn: string
  bindPassword: string
}

/** One system behind the campus' address. */
export interface CampusSystem {
  /** Whether a request is for it. */
  isFor(path: string): boolean
  /** Answers one request, well or as it was told to misbehave. */
  answer(request: IncomingMessage, url: URL, misbehaviour: Misbehaviour | undefined): Answer | Promise<Answer>
}
