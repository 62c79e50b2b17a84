import { describe, expect, it } from 'vitest'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'

/** Problems of a catalogue with one asset, whose settings are line 5. */
function problemsOf(settings: string, connection = ''): string[] {
  return problemsIn(`page: { name: P, zone: UTC }
calendars: { work: {}, weekend: { weekdays: sat-sun } }
connections: { lake: { kind: postgres, url: "\${A}"${connection} } }
groups: { g: { feeds: { f: { assets: { lake/a: {
 ${settings}
 } } } } } }
`)
}

const at = (column: number, setting: string) => `tidemark.yaml:5:${column} groups.g.feeds.f.assets.lake/a.${setting}`
const never = (cron: string, calendar: string) =>
  `"${cron}" never falls on a day of the calendar "${calendar}". | Correct the days of one of the two.`

describe('a deadline', () => {
  it.each([
    ['0 1 * * sun', 'work'],
    ['0 1 * * 0,6', 'work'],
    ['0 1 * * 1-5', 'weekend'],
  ])('of "%s" never comes on days of the calendar "%s"', (cron, calendar) => {
    expect(problemsOf(`policy: { kind: deadline, cron: "${cron}", calendar: ${calendar} }`)).toEqual([
      `${at(34, 'policy.cron')} | ${never(cron, calendar)}`,
    ])
  })

  it.each([
    ['0 1 * * *', 'work'],
    ['0 1 1 * *', 'weekend'],
    ['0 1 * * fri,sat', 'weekend'],
  ])('of "%s" comes now and then on days of the calendar "%s"', (cron, calendar) => {
    expect(problemsOf(`policy: { kind: deadline, cron: "${cron}", calendar: ${calendar} }`)).toEqual([])
  })

  it('is found in a list too, and only where it stands', () => {
    const list = '{ kind: deadline, cron: "0 1 * * *", calendar: work }, { kind: deadline, cron: "0 1 * * sat", calendar: work }'
    expect(problemsOf(`policy: [${list}]`)).toEqual([`${at(90, 'policy[1].cron')} | ${never('0 1 * * sat', 'work')}`])
  })

  it('with another mistake in it is told of that one alone', () => {
    expect(problemsOf('policy: { kind: deadline, cron: "0 1 * * sun", calendar: wrok }')).toEqual([
      `${at(59, 'policy.calendar')} | There is no calendar "wrok". | Did you mean "work"?`,
    ])
    expect(problemsOf('policy: { kind: deadline, cron: "0 1 * *", calendar: work }')).toEqual([
      `${at(34, 'policy.cron')} | "0 1 * *" is not a cron line of five fields, such as "0 2 * * *". | Write five fields between quotes, such as "0 2 * * *" for 02:00 every day.`,
    ])
    expect(problemsOf('policy: { kind: deadline, cron: "0 1 30 2 *" }')[0]).toContain('"0 1 30 2 *" is a cron line that never comes')
  })
})

describe('sight', () => {
  const remedy = 'Write a longer one, at best three times as long, or a shorter "probe" for the connection.'
  const blind = (looks: string) => [
    `${at(14, 'blindAfter')} | "blindAfter" must be longer than the ${looks} between two looks at "lake". | ${remedy}`,
  ]

  it.each([
    ['5m', '', blind('5 min')],
    ['301s', '', []],
    ['59s', ', probe: 1m', blind('1 min')],
    ['61s', ', probe: 1m', []],
    ['1h30m', ', probe: 90m', blind('1 h 30 min')],
  ])('of %s, beside a connection with "%s"', (blindAfter, connection, says) => {
    expect(problemsOf(`blindAfter: ${blindAfter}`, connection)).toEqual(says)
  })
})
