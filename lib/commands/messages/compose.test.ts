import { expect, it } from 'vitest'
import type { ClaimedMessage } from '#lib/db/messages/messages.ts'
import { composeMessage } from './compose.ts'

const NOON = Date.parse('2026-11-20T17:00:00Z')
const page = { name: 'Campus data', zone: 'America/New_York', readyBy: '08:00', demo: false, url: 'https://status.campus.example' }
const message: ClaimedMessage = {
  ...{ id: '1', channel: 'email', changeId: '2', attempts: 1, createdAt: NOON, feedKey: 'terms', feedName: 'Terms', groupName: 'Records' },
  ...{
    owner: null,
    promise: '',
    from: 'fresh',
    to: 'late',
    reason: 'run-failed',
    at: NOON,
    recordedAt: NOON,
    explanation: null,
    causes: [],
  },
  failedRun: null,
}
const failed = {
  id: '3',
  state: 'failed' as const,
  inARow: 2,
  isMore: false,
  isNightly: true,
  words: 'No answer. Two nights in a row the same error.',
}

it('a run is quoted only where it says something', () => {
  const told = [null, { ...failed, says: null }, { ...failed, says: 'No answer.' }].map((failedRun) =>
    composeMessage({ ...message, failedRun }, page),
  )
  expect(told.map(({ failure }) => failure)).toEqual([undefined, undefined, failed.words])
  expect(new Set(told.map(({ explanation }) => explanation))).toEqual(new Set(['The run that should have loaded it did not succeed.']))
})
