import { z } from 'zod'
import type { JsonObject, JsonValue } from '#lib/domain/values/json.ts'

const row = z.record(z.string(), z.json())

export const personApiRequest = z.strictObject({
  path: z.string().optional(),
  people: z.array(z.strictObject({ buid: z.string().min(1), terms: z.array(row).default([]), facultyTerms: z.array(row).optional() })),
})
type AskedPeople = z.infer<typeof personApiRequest>['people']

const OBJECTS = ['student', 'affiliate', 'faculty', 'employee']

/** The API takes people with terms and people without in separate requests: none, one or two bodies. */
export function bodiesFor(people: AskedPeople): JsonObject[] {
  const hasTerms = (person: AskedPeople[number]) => person.terms.length + (person.facultyTerms?.length ?? 0) > 0
  const withTerms = people.filter(hasTerms)
  const without = people.filter((person) => !hasTerms(person))
  return [...(withTerms.length === 0 ? [] : [termsBody(withTerms)]), ...(without.length === 0 ? [] : [buidsBody(without)])]
}

function buidsBody(people: AskedPeople): JsonObject {
  return { buids: people.map((person) => person.buid), objects: OBJECTS, options: { response_format: 'ndjson' } }
}

function termsBody(people: AskedPeople): JsonObject {
  const student = people.flatMap((person) => person.terms.map((term) => toStudentTerm(person.buid, term)))
  const faculty = people.flatMap((person) => (person.facultyTerms ?? []).map((term) => toFacultyTerm(person.buid, term)))
  return {
    objects: OBJECTS,
    options: { response_format: 'ndjson', batch_size: student.length + faculty.length + 1 },
    ...(student.length === 0 ? {} : { student: { uid_car_term: student } }),
    ...(faculty.length === 0 ? {} : { faculty: { emplid_term: faculty } }),
  }
}

/** Columns in small letters, the person as `buid`, without the row number. */
function toStudentTerm(buid: string, term: Record<string, JsonValue>): JsonObject {
  const columns = Object.entries(term).filter(([column]) => column !== 'attr:rownumber' && !/^(campus_id|buid)$/i.test(column))
  return { buid, ...Object.fromEntries(columns.map(([column, value]) => [column.toLowerCase(), value])) }
}

function toFacultyTerm(buid: string, term: Record<string, JsonValue>): JsonObject {
  const { EMPLID: emplid, STRM: strm } = term
  return { emplid: typeof emplid === 'string' && emplid !== '' ? emplid : buid, strm: String(strm ?? '') }
}
