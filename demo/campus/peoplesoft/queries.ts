import { termRows } from '#demo/campus/courses/terms.ts'
import type { Fault } from '#demo/campus/faults.ts'
import { buidOf } from '#demo/campus/people/ids.ts'
import type { CampusWorld } from '#demo/campus/system.ts'

export type QueryRow = Record<string, unknown>

type QueryOutcome = { rows: QueryRow[] } | { refused: 'unknown-query' | 'bad-prompts' | 'failed' }

interface Query {
  prompts: readonly string[]
  rows(world: CampusWorld, prompts: Record<string, string>): QueryRow[]
}

const QUERIES: Record<string, Query> = {
  BU_TERM_QRY: { prompts: [], rows: changedTerms },
  BU_TERM_LASTUPD_QRY: { prompts: [], rows: () => [{ LASTUPDDTTM: '2026-01-05-13.05.00.000000' }] },
  BU_PARM_0216_QRY: { prompts: [], rows: (world) => [...students(world)] },
  BU_PARM_ENRL_DORM_QRY: { prompts: [], rows: (world) => [...students(world)].filter((_, place) => place % 3 === 0) },
  BU_TERM_STD_FULL_TERM: { prompts: ['BUID'], rows: (world, { BUID }) => ofPerson(world, BUID, (index) => world.people.termRows(index)) },
  BU_FACULTY_GET: {
    prompts: ['EMPLID'],
    rows: (world, { EMPLID }) => ofPerson(world, EMPLID, (index) => world.people.facultyTerms(index)),
  },
}

/** Runs one of the campus' queries; both of its query services serve the same ones. Rows are numbered from 1. */
export function runQuery(world: CampusWorld, name: string, prompts: Record<string, string>, fault: Fault | undefined): QueryOutcome {
  const query = QUERIES[name]
  if (!query) return { refused: 'unknown-query' }
  const given = Object.keys(prompts).sort().join()
  if (given !== [...query.prompts].sort().join()) return { refused: 'bad-prompts' }
  const person = Object.values(prompts)[0]
  if (fault?.kind === 'fails-for-some' && person !== undefined && isUnlucky(world, person, fault.share)) return { refused: 'failed' }
  const rows = query.rows(world, prompts).map((row, place) => ({ 'attr:rownumber': place + 1, ...row }))
  return { rows: misbehave(rows, fault) }
}

function isUnlucky(world: CampusWorld, buid: string, share: number): boolean {
  const index = world.people.find(buid)
  return index !== undefined && world.people.isUnlucky(index, share)
}

function changedTerms(world: CampusWorld): QueryRow[] {
  const changes = world.control.termChanges
  return termRows(world.clock.now(), world.termCount).flatMap(({ 'attr:rownumber': _number, ...row }) => {
    const { 'attr:rownumber': _ignored, ...change } = changes.get(String(row['STRM'])) ?? {}
    return changes.get(String(row['STRM'])) === null ? [] : [{ ...row, ...change }]
  })
}

function* students(world: CampusWorld): Generator<QueryRow> {
  for (const index of world.people.of('student')) {
    yield { CAMPUS_ID: buidOf(index) }
    if (index % 50 === 9) yield { CAMPUS_ID: buidOf(index) }
  }
}

function ofPerson(world: CampusWorld, buid: string | undefined, rows: (index: number) => object[]): QueryRow[] {
  const index = world.people.find(buid ?? '')
  return index === undefined ? [] : rows(index).map((row) => ({ ...row }))
}

function misbehave(rows: QueryRow[], fault: Fault | undefined): QueryRow[] {
  switch (fault?.kind) {
    case 'empty-answer':
      return []
    case 'half-the-rows':
      return rows.slice(0, Math.floor(rows.length / 2))
    case 'missing-row-number':
      return rows.map(({ 'attr:rownumber': number, ...row }, index) => (index === 1 ? row : { 'attr:rownumber': number, ...row }))
    case 'long-term-code':
      return rows.map((row, index) => (index === 0 ? { ...row, STRM: `${row['STRM']}99` } : row))
    default:
      return rows
  }
}
