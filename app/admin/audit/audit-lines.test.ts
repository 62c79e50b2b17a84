import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import type { AuditRow } from '#lib/queries/pages/audit-page.ts'
import { auditHead, auditLines } from './audit-lines.ts'

const row = (more: Partial<AuditRow> = {}): AuditRow => ({
  id: '7',
  at: Date.parse('2026-11-20T12:00:00Z'),
  actorKind: 'person',
  actorId: 'p1',
  actor: 'Ada',
  role: 'engineer',
  origin: 'page',
  action: 'run.request',
  target: 'flow:course',
  reason: null,
  before: null,
  after: { run: '1', parameters: {} },
  refusal: null,
  targetName: null,
  ...more,
})

describe('the audit as CSV', () => {
  it('has one line for each entry under the names of its columns', () => {
    const text = auditHead('csv') + auditLines('csv', [row(), row({ id: '6', reason: 'SAP, again: "back"\nat last' })])
    const [first, second] = parse(text, { columns: true }) as Record<string, string>[]
    expect(first).toEqual({
      id: '7',
      at: '2026-11-20T12:00:00.000Z',
      actorKind: 'person',
      actorId: 'p1',
      actor: 'Ada',
      role: 'engineer',
      origin: 'page',
      action: 'run.request',
      target: 'flow:course',
      reason: '',
      before: '',
      after: '{"run":"1","parameters":{}}',
      refusal: '',
    })
    expect(second).toMatchObject({ id: '6', reason: 'SAP, again: "back"\nat last' })
  })

  it.each(['=HYPERLINK("http://evil")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])('holds no formula: %j', (reason) => {
    const [found] = parse(auditHead('csv') + auditLines('csv', [row({ reason })]), { columns: true }) as Record<string, string>[]
    expect(found?.['reason']).toBe(`'${reason}`)
  })
})

describe('the audit as NDJSON', () => {
  it('has one object a line, with instants as text', () => {
    const lines = (auditHead('ndjson') + auditLines('ndjson', [row(), row({ id: '6', reason: 'a\nb' })])).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { ...row(), at: '2026-11-20T12:00:00.000Z' },
      { ...row({ id: '6', reason: 'a\nb' }), at: '2026-11-20T12:00:00.000Z' },
    ])
  })
})
