import { STATUSES, type Status } from '#lib/domain/freshness/status.ts'
import { standsInWords } from './headline.ts'
import { listInWords } from './lists.ts'
import { formatCount } from './numbers.ts'

/** A feed that has another status now; null: nothing is promised of it any more. */
export interface Turned {
  key: string
  name: string
  to: Status | null
}

/** More are counted, not named. */
const NAMED_MAX = 3

/** What turned, the worst first and each feed as it stands now, and what that comes to: `Terms is late. 2 of 41 feeds are late.` */
export function newsInWords(turned: readonly Turned[], headline: string | null): string {
  const last = [...new Map(turned.map((one) => [one.key, one])).values()]
  const sentences = STATUSES.flatMap((status) => {
    const names = last.filter(({ to }) => to === status).map(({ name }) => name)
    if (names.length === 0) return []
    const subject = names.length > NAMED_MAX ? `${formatCount(names.length)} feeds` : listInWords(names)
    return [`${subject} ${standsInWords(status, names.length)}.`]
  })
  return [...sentences, ...(headline === null ? [] : [headline])].join(' ')
}
