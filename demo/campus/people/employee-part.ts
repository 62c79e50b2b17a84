import { seededRandom } from '#demo/campus/courses/courses.ts'
import type { PersonFacts } from './facts.ts'
import { address, name, pick } from './invented.ts'

const TITLES = ['Administrator', 'Analyst', 'Lecturer', 'Professor', 'Technician', 'Librarian'] as const
const UNITS = ['Registrar', 'Library', 'Physics', 'History', 'Facilities', 'Human Resources'] as const

export function employeePart(facts: PersonFacts): Record<string, unknown> {
  const random = seededRandom(facts.seed, 'employee', facts.index)
  const positions = Array.from({ length: 1 + (facts.index % 2) }, (_, place) => ({ positionInfo: position(facts, random, place) }))
  // As the pipelines send it: one position as an object, several as a list.
  return { address: address(random, 'WORK'), positions: positions.length === 1 ? positions[0] : positions }
}

function position(facts: PersonFacts, random: () => number, place: number): Record<string, unknown> {
  const unit = pick(random, UNITS)
  const promoted = place === 0 && facts.versions.position !== undefined ? ` ${facts.versions.position}` : ''
  return {
    basicData: {
      positionId: String(60_000_000 + facts.index * 2 + place),
      title: `${pick(random, TITLES)}${promoted}`,
      status: '3 - Active',
      employeeGroup: { code: '1', description: 'Regular' },
      employeeSubgroup: { code: 'U4', description: 'Salaried' },
      startDate: `20${10 + Math.floor(random() * 15)}-07-01`,
      percentTime: 100,
    },
    office: {
      building: pick(random, ['Hall East', 'Hall West', 'Science Centre'] as const),
      room: String(100 + Math.floor(random() * 400)),
    },
    department: {
      unit,
      department: String(10_000 + Math.floor(random() * 900)),
      departmentName: `Department of ${unit}`,
      organizationalUnit: String(50_000 + Math.floor(random() * 900)),
      organizationalUnitDescription: `${unit} and related services`,
    },
    ...(facts.populations.includes('faculty')
      ? { academic: { rank: 'Associate', tenure: random() < 0.5, teaches: facts.facultyTerms } }
      : {}),
    supervisor: { ...name(random), title: 'Director', email: `director.${unit.toLowerCase().replace(' ', '.')}@campus.example` },
  }
}
