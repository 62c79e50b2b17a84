import { z } from 'zod'
import { askTask, probeTask, taskAssetSettings } from '#lib/connectors/snaplogic/probe-task.ts'
import { readCourses } from '#lib/connectors/snaplogic/read-courses.ts'
import { readDocuments } from '#lib/connectors/snaplogic/read-documents.ts'
import { readPeople } from '#lib/connectors/snaplogic/read-people.ts'
import { type SnapLogicSettings, snapLogicSettings } from '#lib/connectors/snaplogic/settings.ts'
import { TERM_CODE } from '#lib/records/term-code.ts'
import { checked } from './kit/check.ts'
import { defineConnector } from './kit/connector.ts'
import { probeEach } from './kit/probe.ts'

const request = z
  .strictObject({
    path: z.string().optional(),
    term: z.string().regex(TERM_CODE, 'is not a term; it has four digits').optional(),
    persons: z.array(z.record(z.string(), z.json())).optional(),
    parameters: z.record(z.string(), z.string()).optional(),
  })
  .refine(({ term, persons, parameters }) => [term, persons, parameters].filter((one) => one !== undefined).length <= 1, {
    error: 'Ask for a term, for people or for documents by their parameters: one of the three.',
  })

/** SnapLogic's triggered tasks: one connection per task, for courses, people or documents of any shape. */
export default defineConnector<SnapLogicSettings>({
  kind: 'snaplogic',
  settings: snapLogicSettings,
  assetSettings: taskAssetSettings,
  assetKind: 'source',

  check: (connection) => checked(connection, () => askTask(connection)),
  observe: (connection, assets) => probeEach(connection, assets, (asset) => probeTask(connection, asset)),

  extractRequest: request,

  async *extract(connection, input) {
    const { term, persons, parameters } = request.parse(input)
    if (term !== undefined) yield* readCourses(connection, term)
    else if (persons !== undefined) yield* readPeople(connection, persons)
    else yield* readDocuments(connection, parameters ?? {})
  },
})
