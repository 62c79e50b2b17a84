import { describe, expect, it } from 'vitest'
import course from '#jobs/flows/course.ts'
import person from '#jobs/flows/person.ts'
import term from '#jobs/flows/term.ts'
import { upstreamTick } from '#lib/domain/runs/run-plan.ts'

const scheduleOf = ({ schedule, timezone }: { schedule: string; timezone: string }) => ({ cron: schedule, zone: timezone, calendar: null })

describe.each([
  ['course', course, '2026-03-03T07:00:00Z'],
  ['person', person, '2026-03-03T08:00:00Z'],
] as const)('the %s flow', (_name, flow, tick) => {
  it('waits for the run of the term flow of the same night, not only for the clock', () => {
    expect(flow.after).toEqual(['term'])
    expect(upstreamTick(scheduleOf(flow), scheduleOf(term), Date.parse(tick))).toBe(Date.parse('2026-03-03T06:00:00Z'))
  })
})
