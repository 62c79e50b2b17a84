import { seededRandom } from '#demo/campus/courses/courses.ts'
import { buidOf } from './ids.ts'
import type { People } from './people.ts'

export interface Employee {
  PERNR: string
  BUID: string
  EMP_STATUS: string
  ENAME: string
  /** Day of the last change, `YYYYMMDD`. */
  AEDTM: string
}

/** Everybody SAP knows: staff, some who left (students of today among them), and a few without an id. */
export function* employees(people: People): Generator<Employee> {
  for (const index of people.everybody()) {
    const populations = people.populationsOf(index)
    if (populations.includes('employee')) yield employee(index, '3 - Active', buidOf(index), people.changes.versionsOf(index).position)
    else if (index % 40 === 11) yield employee(index, '0 - Withdrawn', buidOf(index))
    if (index % 90 === 1) yield employee(index + 5_000_000, '3 - Active', '')
    if (index % 90 === 2) yield employee(index + 6_000_000, '2 - Retiree', '')
  }
}

function employee(index: number, status: string, buid: string, changes = 0): Employee {
  const random = seededRandom('sap', index)
  const day =
    changes > 0 ? `202611${String(Math.min(19, 10 + changes)).padStart(2, '0')}` : `2025${String(10 + Math.floor(random() * 3))}15`
  return { PERNR: String(10_000_000 + index), BUID: buid, EMP_STATUS: status, ENAME: `Invented ${index}`, AEDTM: day }
}
