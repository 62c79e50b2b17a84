import type { Fault } from '#demo/campus/faults.ts'
import type { SentTerm } from './facts.ts'
import type { People } from './people.ts'

export interface AskedPerson {
  buid: string
  terms: SentTerm[]
  facultyTerms: string[]
}

const DEEP = 3000

/** The documents of those asked for, one text each, made while they are sent; strangers are left out. */
export function* peopleTexts(people: People, asked: Iterable<AskedPerson>, fault: Fault | undefined): Generator<string> {
  const kind = fault?.kind
  let sent = 0
  for (const person of kind === 'empty-answer' ? [] : asked) {
    const index = people.find(person.buid)
    if (index === undefined || isDropped(people, index, fault)) continue
    const document = people.documentOf(index, person.terms, person.facultyTerms)
    const spoiled = fault?.buid ?? (sent === 0 ? person.buid : null)
    yield spoiled === person.buid ? spoil(document, kind) : JSON.stringify(document)
    if (kind === 'empty-objects' && sent % 10 === 0) yield '{}'
    sent += 1
  }
  if (kind === 'unasked-person') yield JSON.stringify(people.documentOf(people.count + 1, []))
}

function isDropped(people: People, index: number, fault: Fault | undefined): boolean {
  return fault?.kind === 'dropped-people' && people.isUnlucky(index, fault.share)
}

/** Makes one document unusable. */
function spoil(document: Record<string, unknown>, kind: string | undefined): string {
  const whole = JSON.stringify(document)
  const withField = (field: string) => `${whole.slice(0, -1)},${field}}`
  switch (kind) {
    case 'deep-document':
      return withField(`"remarks":${'['.repeat(DEEP)}${']'.repeat(DEEP)}`)
    case 'null-character':
      return withField('"remarks":"before\\u0000after"')
    case 'huge-number':
      return withField(`"balance":1e999999`)
    default:
      return whole
  }
}

/** Rows of terms by person, in the order of their first row. */
export function gather(rows: Iterable<{ buid: string; career?: string | undefined; strm?: string | undefined }>): Map<string, AskedPerson> {
  const asked = new Map<string, AskedPerson>()
  for (const { buid, career, strm } of rows) {
    const person = asked.get(buid) ?? { buid, terms: [], facultyTerms: [] }
    if (strm !== undefined) person.terms.push({ ACAD_CAREER: career ?? '', STRM: strm })
    asked.set(buid, person)
  }
  return asked
}
