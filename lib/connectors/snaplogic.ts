import { z } from 'zod'
import { observeCourses } from '#lib/connectors/snaplogic/observe-courses.ts'
import { NO_TERM, readCourses } from '#lib/connectors/snaplogic/read-courses.ts'
import { type SnapLogicSettings, snapLogicSettings } from '#lib/connectors/snaplogic/settings.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { defineConnector } from './connector.ts'

const assetSettings = z.strictObject({
  /** Fingerprint this term's courses. Costs a whole pipeline run at every look; without it we only see that the task answers. */
  term: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
})

const request = z.strictObject({ term: z.string().regex(/^\d{4}$/) })

/** SnapLogic's course task: one call per term, an array of (career, term) groups with their courses. */
export default defineConnector<SnapLogicSettings>({
  kind: 'snaplogic',
  settings: snapLogicSettings,
  assetSettings,
  assetKind: 'source',
  capabilities: ['observe', 'extract'],

  async check(connection) {
    try {
      for await (const _record of readCourses(connection, NO_TERM)) break
      return { ok: true, detail: 'The task accepts our key and answers.', credentialExpiresAt: null }
    } catch (error) {
      return { ok: false, detail: toPublicMessage(error), credentialExpiresAt: null }
    }
  },

  async *observe(connection, assets) {
    for (const asset of assets) yield await observeCourses(connection, asset, assetSettings)
  },

  async *extract(connection, input) {
    yield* readCourses(connection, request.parse(input).term)
  },
})
