import { describe, expect, it } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { PeopleChanges } from './changes.ts'
import { People } from './people.ts'

const clock = new FakeClock('2026-11-20T12:00:00Z')

function campusOf(count: number, seed = 1) {
  const changes = new PeopleChanges(count)
  return { changes, people: new People({ count, seed, clock, changes }) }
}

/** Everybody's document with all their terms. */
function documents({ people }: ReturnType<typeof campusOf>): Map<string, string> {
  const all = [...people.everybody()].map((index) => people.documentOf(index, people.termRows(index)))
  return new Map(all.map((document) => [String(document['personid']), JSON.stringify(document)]))
}

const differing = (one: Map<string, string>, other: Map<string, string>) =>
  [...one].flatMap(([id, text]) => (other.get(id) === text ? [] : [id]))

describe('the people of the campus', () => {
  it('are the same for the same seed, whatever was asked before, and others for another', () => {
    const one = campusOf(50)
    one.people.documentOf(7, [])
    expect(documents(one)).toEqual(documents(campusOf(50)))
    expect(differing(documents(one), documents(campusOf(50, 2)))).toHaveLength(50)
  })

  it('hold every population and every mixture, with about 2.5 rows of terms each', () => {
    const { people } = campusOf(4000)
    const sizes = (['student', 'employee', 'affiliate', 'faculty'] as const).map((one) => [...people.of(one)].length / 4000)
    expect(sizes.map((size) => Math.round(size * 100))).toEqual([86, 16, 4, 5])
    const rows = [...people.everybody()].reduce((sum, index) => sum + people.termRows(index).length, 0)
    expect(rows / 4000).toBeGreaterThan(2.4)
    expect(rows / 4000).toBeLessThan(2.7)
    const small = campusOf(60).people
    for (const population of ['student', 'employee', 'affiliate', 'faculty'] as const)
      expect([...small.of(population)].length).toBeGreaterThan(0)
    expect([...small.of('student')].some((index) => small.termRows(index).length === 0)).toBe(true)
  })

  it('have documents of 3 to 6 kB on the whole, with what nobody may keep inside', () => {
    const texts = [...documents(campusOf(500)).values()]
    const mean = texts.reduce((sum, text) => sum + text.length, 0) / texts.length
    expect(mean).toBeGreaterThan(3000)
    expect(mean).toBeLessThan(6000)
    for (const text of texts) expect(text).toMatch(/"ssn":"000-\d\d-\d{4}"/)
    expect(texts.filter((text) => text.includes('"finAid":')).length).toBeGreaterThan(300)
    expect(texts.some((text) => text.includes('"identity":{"ssn"'))).toBe(true)
    expect(texts.some((text) => text.includes('"personBasic":[{'))).toBe(true)
    expect(texts.some((text) => text.includes('"studentInfo":null'))).toBe(true)
  })

  it('are poorer without their terms, and otherwise the same', () => {
    const { people } = campusOf(40)
    const index = [...people.of('student')].find((one) => people.termRows(one).length > 1) ?? -1
    const rich = people.documentOf(index, people.termRows(index))
    const poor = people.documentOf(index, [])
    expect(rich).toMatchObject({ studentInfo: { studentSemester: [{ studentSemesterInfo: {} }, {}] } })
    expect(poor).toMatchObject({ studentInfo: { studentSemester: [] } })
    expect({ ...rich, studentInfo: null }).toEqual({ ...poor, studentInfo: null })
  })

  it('change one aspect at a time: exactly those who were picked, others at the next order', () => {
    const campus = campusOf(400)
    const before = documents(campus)
    const first = campus.changes.change({ share: 0.01 })
    expect(first).toHaveLength(4)
    expect(differing(before, documents(campus)).sort()).toEqual(first.toSorted())
    const second = campus.changes.change({ count: 3 }, 'name')
    expect(second.filter((buid) => first.includes(buid))).toEqual([])
    expect(differing(before, documents(campus)).sort()).toEqual([...first, ...second].sort())
    campus.changes.restore()
    expect(documents(campus)).toEqual(before)
  })

  it.each([
    ['sensitive', 'ssn'],
    ['order', 'email'],
    ['grades', 'currentGpa'],
    ['position', 'basicData'],
  ] as const)('may change in nothing but %s', (aspect, key) => {
    const campus = campusOf(60)
    const { people, changes } = campus
    const index =
      [...people.of(aspect === 'position' ? 'employee' : 'student')].find(
        (one) => aspect !== 'grades' || people.termRows(one).length > 0,
      ) ?? -1
    const document = () => JSON.stringify(people.documentOf(index, people.termRows(index)), null, 1).split('\n')
    const before = document()
    changes.change({ buids: [String(people.documentOf(index, [])['personid'])] }, aspect)
    const after = document()
    expect(after).toHaveLength(before.length)
    expect(after).not.toEqual(before)
    expect(after.join('\n')).toContain(key)
    if (aspect === 'order')
      expect(after.map((line) => line.replace(/,$/, '')).sort()).toEqual(before.map((line) => line.replace(/,$/, '')).sort())
  })

  it('leave, come back, and move between populations', () => {
    const { people, changes } = campusOf(60)
    const [gone = ''] = changes.remove({ count: 1 })
    expect(people.find(gone)).toBeUndefined()
    expect([...people.everybody()]).toHaveLength(59)
    changes.bringBack([gone])
    expect(people.find(gone)).toBe(0)
    changes.setPopulations(gone, ['affiliate'])
    expect([people.populationsOf(0), people.termRows(0)]).toEqual([['affiliate'], []])
    expect(people.find('U10000000')).toBeUndefined()
    expect(people.find('U90000061')).toBeUndefined()
  })
})
