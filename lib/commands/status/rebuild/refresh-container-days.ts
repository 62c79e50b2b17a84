import type { Sql } from '#lib/db/context.ts'
import { type DaySums, type MemberDays, storeDays, sumMemberDays } from '#lib/db/history/days.ts'
import type { Membership } from '#lib/db/history/memberships.ts'
import { loadSpans } from '#lib/db/history/spans.ts'
import { rollUpDay } from '#lib/domain/freshness/days/day-status.ts'
import { addDays, earlierDay, type LocalDay, laterDay, localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { type EndedDay, since, spansByDay, startOf } from './ended-days.ts'
import type { Reporting } from './reporting.ts'

/** From which day on containers must be summed up anew, when members of theirs differ from these days on. */
export function firstDaysOf(
  members: ReadonlyMap<number, LocalDay>,
  memberships: readonly Membership[],
  zone: string,
): Map<number, LocalDay> {
  const found = new Map<number, LocalDay>()
  for (const { containerId, memberId, to } of memberships) {
    const day = members.get(memberId)
    if (day === undefined || (to !== null && to < startOfDay(day, zone))) continue
    const known = found.get(containerId)
    found.set(containerId, known === undefined ? day : earlierDay(day, known))
  }
  return found
}

interface ContainerDays {
  firstDays: ReadonlyMap<number, LocalDay>
  days: readonly EndedDay[]
  memberships: readonly Membership[]
}

/** Sums up feeds or groups, each from its first day on: spans of their own, and what their members counted. */
export async function refreshContainerDays(sql: Sql, { zone }: Reporting, { firstDays, days, memberships }: ContainerDays): Promise<void> {
  const wanted = [...firstDays]
    .map(([subjectId, firstDay]) => ({ subjectId, days: since(firstDay, days) }))
    .filter((w) => w.days.length > 0)
  const last = days.at(-1)
  if (wanted.length === 0 || last === undefined) return
  const spans = await loadSpans(
    sql,
    wanted.map(({ subjectId, days: own }) => ({ subjectId, from: startOf(own) })),
  )
  const sums = await sumMemberDays(sql, memberDays(memberships, firstDays, last.day, zone))
  const rows = wanted.flatMap(({ subjectId, days: own }) => {
    const ownSpans = spansByDay(spans.get(subjectId) ?? [], own)
    return own.map((day, index) => {
      const { isExpected, lateDeliveries, ...counts } = sums.get(`${subjectId} ${day.day}`) ?? NOBODY
      const readyAt = isExpected ? day.readyAt : null
      const input = { spans: ownSpans[index] ?? [], blind: [], arrivals: [], expected: [], missed: [], late: lateDeliveries, readyAt }
      return { ...rollUpDay(input, day), ...counts, subjectId }
    })
  })
  await storeDays(sql, rows)
}

const NOBODY: DaySums = { arrivals: 0, expected: 0, missed: 0, cameLate: 0, lateDeliveries: [], blindSeconds: 0, isExpected: false }

/** The days on which members counted, as far as they are summed up; one that left and came back on one day counts once on it. */
function memberDays(
  memberships: readonly Membership[],
  firstDays: ReadonlyMap<number, LocalDay>,
  lastDay: LocalDay,
  zone: string,
): MemberDays[] {
  const found: MemberDays[] = []
  for (const { containerId, memberId, from, to } of memberships) {
    const wanted = firstDays.get(containerId)
    if (wanted === undefined) continue
    const before = found.at(-1)
    const isSame = before?.containerId === containerId && before.memberId === memberId
    const firstFree = isSame ? laterDay(wanted, addDays(before.lastDay, 1)) : wanted
    const firstDay = laterDay(firstFree, localDay(from, zone))
    const end = to === null ? lastDay : earlierDay(lastDay, localDay(to - 1, zone))
    if (firstDay <= end) found.push({ containerId, memberId, firstDay, lastDay: end })
  }
  return found
}
