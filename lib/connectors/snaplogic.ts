import { type SnapLogicSettings, snapLogicSettings, taskAssetSettings, taskRequest } from '#lib/connectors/snaplogic/settings.ts'
import { defineConnector } from './kit/connector.ts'
import { UNLIMITED } from './kit/turns.ts'

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

  extractRequest: taskRequest,
  open: async (connection) => (await import('./snaplogic/open.ts')).openSnapLogic(connection),
})
