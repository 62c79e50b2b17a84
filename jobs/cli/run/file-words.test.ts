import { expect, it } from 'vitest'
import type { ApiInboxFile } from '#lib/queries/api/file-answers.ts'
import { fileListInWords } from './file-words.ts'

const file: ApiInboxFile = {
  id: '7',
  flow: 'prices',
  connection: 'shop',
  bucket: 'landing',
  key: 'in/a.csv',
  state: 'landed',
  reason: null,
  tries: 1,
  bytes: 3_400_000,
  modifiedAt: null,
  arrivedAt: '2026-11-30T12:00:00.000Z',
  dueAt: null,
  endedAt: null,
  run: null,
  rows: 1724,
  rejected: 0,
}

it('files are listed with what they came to, and why they have not landed, in characters that obey nobody', () => {
  const failed: ApiInboxFile = {
    ...file,
    ...{
      id: '12',
      bucket: '',
      key: 'b\u001b[2J.csv',
      state: 'failed',
      reason: 'It ends in\nthe middle.',
      tries: 5,
      bytes: null,
      rows: null,
    },
  }
  expect(fileListInWords([file, failed], 'UTC')).toEqual([
    'landed  prices  2026-11-30 12:00  3.4 MB  1,724 rows  7   landing/in/a.csv',
    'failed  prices  2026-11-30 12:00                      12  b [2J.csv',
    '    It ends in the middle. tried 5 times',
  ])
})
