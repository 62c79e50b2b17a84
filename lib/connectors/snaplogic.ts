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
import { forQuestion } from './kit/session.ts'
import { UNLIMITED } from './kit/turns.ts'

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
  example: {
    settings: [
      { url: 'https://elastic.example.edu/task', key: '${SNAPLOGIC_KEY}' },
      { url: 'https://elastic.example.edu/task', key: '${SNAPLOGIC_KEY}', task: 'people' },
    ],
    asset: { path: 'courses' },
    speaksTo: 'one triggered task',
    told: '`url`, `key`; `task` courses, people or documents, `auth` x-api-key or bearer, `csEnv` prd, `timeout` 10h for courses, else 11m',
    toldOfAsset: '`term` or `parameters`',
    asked: '`parameters` of the task, or `term`',
    evidence: [
      { reads: 'a change of the courses of `term`, or of the documents of `parameters`', clock: 'writtenAt', strength: 'weak' },
      { reads: 'else only that the task answers', clock: null, strength: 'weak' },
    ],
    permission: 'a key of the task',
  },
  settings: snapLogicSettings,
  assetSettings: taskAssetSettings,
  assetKind: 'source',
  limits: UNLIMITED,

  extractRequest: request,

  open: (connection) => ({
    check: () => checked(connection, () => askTask(connection)),
    observe: (assets) => probeEach(connection, assets, (asset) => probeTask(connection, asset)),

    async *extract(input, signal) {
      const own = forQuestion(connection, signal)
      const { term, persons, parameters } = request.parse(input)
      if (term !== undefined) yield* readCourses(own, term)
      else if (persons !== undefined) yield* readPeople(own, persons)
      else yield* readDocuments(own, parameters ?? {})
    },
  }),
})
