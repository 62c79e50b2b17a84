import { describe, expect, it } from 'vitest'
import { SCHEDULE } from '#jobs/schedule.ts'
import { loadKinds } from '#jobs/worker/load-kinds.ts'

const kinds = await loadKinds()
const EXAMPLES: Record<string, object> = {
  'ask-for-orders': { connection: 'dbt' },
  'cancel-jobs': { connection: 'etl' },
  'run-flow': { runId: 'r-1' },
  'probe-connection': { connection: 'lake', isAlive: true },
  'check-connection': { connection: 'lake' },
  'pulse-connection': { connection: 'lake' },
  'discover-connection': { connection: 'lake' },
  'empty-queue': { connection: 'bucket' },
  'look-for-files': { connection: 'bucket' },
  'read-contract': { url: 'https://data.example.com/customer.odcs.yaml' },
}

describe.each([...kinds])('the job kind %s', (name, kind) => {
  const input = EXAMPLES[name] ?? {}

  it('takes its own input', () => {
    expect(kind.input.parse(input)).toEqual(input)
  })

  it('gives the same key to the same input', () => {
    expect(kind.key(kind.input.parse(input))).toBe(kind.key(kind.input.parse(structuredClone(input))))
    expect(kind.key(input)).not.toBe('')
  })

  it('refuses what is not an object', () => {
    expect(kind.input.safeParse('text').success).toBe(false)
  })
})

describe('the job kinds', () => {
  it('are those there are', () => {
    expect([...kinds.keys()]).toEqual([
      'ask-for-orders',
      'cancel-jobs',
      'check-connection',
      'discover-connection',
      'empty-queue',
      'expand-maintenance',
      'look-for-files',
      'probe-connection',
      'prune-history',
      'pulse-connection',
      'read-contract',
      'roll-up-days',
      'run-flow',
      'send-messages',
      'sync-catalogue',
      'tell-receivers',
    ])
  })

  it('give different things different keys', () => {
    expect(kinds.get('run-flow')?.key({ runId: 'a' })).not.toBe(kinds.get('run-flow')?.key({ runId: 'b' }))
    expect(kinds.get('probe-connection')?.key({ connection: 'a' })).not.toBe(kinds.get('probe-connection')?.key({ connection: 'b' }))
  })

  it('include every job of the crontab', () => {
    for (const line of SCHEDULE) if ('job' in line) expect(kinds.has(line.job)).toBe(true)
  })
})
