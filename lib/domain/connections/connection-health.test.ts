import { describe, expect, it } from 'vitest'
import { type ConnectionEvidence, connectionHealth } from './connection-health.ts'

const signs = (more: Partial<ConnectionEvidence> = {}): ConnectionEvidence => ({
  okAt: null,
  failedAt: null,
  problem: null,
  checkedAt: null,
  checkOk: null,
  checkDetail: null,
  ...more,
})

describe('a connection', () => {
  it.each<[string, Partial<ConnectionEvidence>, ReturnType<typeof connectionHealth>]>([
    ['nobody has seen', {}, { state: 'unseen', at: null, problem: null }],
    ['that was looked at', { okAt: 10 }, { state: 'working', at: 10, problem: null }],
    ['whose last look failed', { okAt: 10, failedAt: 20, problem: 'Gone.' }, { state: 'failing', at: 20, problem: 'Gone.' }],
    ['that came back', { okAt: 30, failedAt: 20 }, { state: 'working', at: 30, problem: null }],
    [
      'that came back for a check',
      { okAt: 10, failedAt: 20, problem: 'Gone.', checkedAt: 30, checkOk: true },
      { state: 'working', at: 30, problem: null },
    ],
    [
      'whose password was refused',
      { okAt: 10, checkedAt: 20, checkOk: false, checkDetail: 'Refused.' },
      { state: 'failing', at: 20, problem: 'Refused.' },
    ],
    [
      'that works again after a bad check',
      { okAt: 30, checkedAt: 20, checkOk: false, checkDetail: 'Refused.' },
      { state: 'working', at: 30, problem: null },
    ],
    ['being checked', { okAt: 30, failedAt: 35, checkedAt: 40 }, { state: 'checking', at: 40, problem: null }],
    ['that failed without a word', { failedAt: 5 }, { state: 'failing', at: 5, problem: 'The last look failed.' }],
    ['refused without a word', { checkedAt: 5, checkOk: false }, { state: 'failing', at: 5, problem: 'The check failed.' }],
  ])('%s', (_name, more, health) => {
    expect(connectionHealth(signs(more))).toEqual(health)
  })
})
