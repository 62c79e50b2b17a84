import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { probeEach } from '#lib/connectors/kit/probe.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { askTask, probeTask } from './probe-task.ts'
import { readCourses } from './read-courses.ts'
import { readDocuments } from './read-documents.ts'
import { readPeople } from './read-people.ts'
import { type SnapLogicSettings, taskRequest } from './settings.ts'

/** A session of `snaplogic`, with all that it asks by. */
export function openSnapLogic(connection: Connection<SnapLogicSettings>): Session {
  return {
    check: () => checked(connection, () => askTask(connection)),
    observe: (assets) => probeEach(connection, assets, (asset) => probeTask(connection, asset)),

    async *extract(input, signal) {
      const own = forQuestion(connection, signal)
      const { term, persons, parameters } = taskRequest.parse(input)
      if (term !== undefined) yield* readCourses(own, term)
      else if (persons !== undefined) yield* readPeople(own, persons)
      else yield* readDocuments(own, parameters ?? {})
    },
  }
}
