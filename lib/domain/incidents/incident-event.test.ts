import { expect, test } from 'vitest'
import { minute } from '#lib/testing/incidents/cause-changes.ts'
import type { FactEntry, IncidentKey } from './incident.ts'
import { type EventKind, eventKinds } from './incident-event.ts'

const KEY: IncidentKey = 'connection:sap@0'
const at = minute(5)
const opened: FactEntry = { at, kind: 'opened', roots: ['connection:sap'], assetIds: [1], cameFrom: null }
const reopened: FactEntry = { at, kind: 'reopened', wellSince: minute(3), roots: ['connection:sap'], assetIds: [1] }
const resolved: FactEntry = { at, kind: 'resolved' }
const merged: FactEntry = { at, kind: 'merged-into', into: 'connection:lake@0' }
const joined: FactEntry = { at, kind: 'joined', assetIds: [2] }

test.each<[string, boolean, FactEntry[], EventKind[]]>([
  ['a whole story', false, [opened, joined, resolved], ['opened', 'changed', 'resolved']],
  ['one that goes on in another', true, [{ at, kind: 'split', off: KEY }, merged], ['changed', 'resolved']],
  ['what flaps', true, [reopened, reopened, resolved], ['changed', 'changed', 'resolved']],
  ['what began again after its end was told', true, [resolved, reopened, joined], ['resolved', 'opened', 'changed']],
  ['what began again and was never told of', false, [reopened, reopened], ['opened', 'changed']],
])('%s is told by kinds', (_, isTold, entries, kinds) => {
  const news = entries.map((entry) => ({ incident: KEY, entry }))
  expect(eventKinds(news, new Set(isTold ? [KEY] : []))).toEqual(kinds)
})

test('each incident is told for itself', () => {
  const news = [
    { incident: KEY, entry: reopened },
    { incident: 'connection:lake@0' as const, entry: reopened },
  ]
  expect(eventKinds(news, new Set([KEY]))).toEqual(['changed', 'opened'])
})
