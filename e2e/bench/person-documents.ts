import type { IncomingPerson, Population } from '#jobs/flows/person/incoming-person.ts'

const FIRST = ['Ada', 'Bola', 'Chen', 'Dana', 'Emeka', 'Fatima', 'Grace', 'Hiro', 'Ines', 'João', 'Kofi', 'Lena', 'Mateo', 'Noor']
const LAST = ['Okafor', 'Nguyen', 'Smith', 'García', 'Müller', 'Haddad', 'Kowalski', 'Silva', 'Tanaka', 'Ivanova', 'Larsen', 'Moreau']
const COLLEGES = ['Arts & Sciences', 'Engineering', 'Fine Arts', 'Communication', 'Hospitality', 'Public Health', 'Education']
const SUBJECTS = ['MA', 'CS', 'PH', 'BI', 'CH', 'EC', 'HI', 'PO', 'WR', 'EN', 'AR', 'FR']
const TERMS = ['2253', '2258', '2261', '2263', '2268', '2271']
const MIXES: readonly (readonly Population[])[] = [
  ['student'],
  ['student'],
  ['student'],
  ['student'],
  ['student'],
  ['student'],
  ['employee', 'student'],
  ['employee'],
  ['employee', 'faculty'],
  ['affiliate'],
]

export interface InventedPeople {
  people: IncomingPerson[]
  /** Semesters in all documents together. */
  termRows: number
}

/** So many people, the same for the same seed: documents of 2 to 9 kB (4.7 on average) as the person API sends them, a few sensitive fields among them. */
export function inventPeople(count: number, seed: number): InventedPeople {
  const pick = picker(seed)
  let termRows = 0
  const people = Array.from({ length: count }, (_, index): IncomingPerson => {
    const buid = `U${String(20_000_000 + index)}`
    const populations = pick(MIXES)
    const semesters = populations.includes('student') ? 2 + pick.number(4) : 0
    termRows += semesters
    return { buid, populations, text: JSON.stringify(documentOf(pick, buid, populations, semesters)) }
  })
  return { people, termRows }
}

type Pick = (<T>(from: readonly T[]) => T) & { number(below: number): number }

/** A small generator of numbers (mulberry32): repeatable, which Math.random is not. */
function picker(seed: number): Pick {
  let state = seed
  const number = (below: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[number(from.length)]
    if (picked === undefined) throw new Error('there is nothing to pick from')
    return picked
  }
  return Object.assign(pick, { number })
}

function documentOf(pick: Pick, buid: string, populations: readonly Population[], semesters: number): object {
  const [first, last] = [pick(FIRST), pick(LAST)]
  return {
    personid: buid,
    personBasic: {
      names: [
        { type: { code: 'PRI', description: 'Primary' }, firstName: first, lastName: last, middleName: pick(FIRST) },
        { type: { code: 'PRF', description: 'Preferred' }, firstName: first, lastName: last },
      ],
      birthDate: `${1960 + pick.number(46)}-0${1 + pick.number(9)}-1${pick.number(9)}`,
      pronouns: pick(['she/her', 'he/him', 'they/them', '']),
      ...(pick.number(5) === 0 ? { ssn: '000-00-0000' } : {}),
    },
    personDetails: {
      emergencyContact: [{ name: `${pick(FIRST)} ${last}`, relationship: 'Parent', phone: phoneOf(pick) }],
      group: [{ code: pick(['ATHL', 'HONR', 'HOUS']), description: 'Student group', effectiveDate: '2026-01-15' }],
    },
    email: ['HOME', 'CAMP', 'OTHR'].map((type, index) => ({
      type,
      address: `${first}.${last}${pick.number(9999)}@${type.toLowerCase()}.example`,
      isPreferred: index === 1,
    })),
    phone: ['CELL', 'HOME'].map((type) => ({ type, number: phoneOf(pick), isPreferred: type === 'CELL' })),
    ...(semesters > 0 ? { studentInfo: studentInfo(pick, semesters) } : {}),
    ...(populations.includes('employee') ? { employeeInfo: employeeInfo(pick, populations.length) } : {}),
    ...(populations.includes('affiliate') ? { affiliateInfo: affiliateInfo(pick) } : {}),
  }
}

function phoneOf(pick: Pick): string {
  return `617-555-${String(pick.number(10_000)).padStart(4, '0')}`
}

function addressOf(pick: Pick): object[] {
  return ['PERM', 'MAIL'].map((type) => ({
    type: { code: type, description: `${type} address` },
    line1: `${1 + pick.number(999)} Commonwealth Avenue`,
    line2: `Apartment ${pick.number(60)}`,
    city: 'Boston',
    state: 'MA',
    postalCode: `0${2100 + pick.number(99)}`,
    country: 'USA',
  }))
}

function studentInfo(pick: Pick, semesters: number): object {
  return {
    address: addressOf(pick),
    advisor: [{ name: `${pick(FIRST)} ${pick(LAST)}`, role: 'Academic advisor', since: '2025-09-01' }],
    academicProgress: { level: pick(['10', '20', '30', '40']), standing: 'Good standing', credits: pick.number(128) },
    admissionHistory: [{ term: '2258', status: 'Admitted', type: 'First year', date: '2025-03-20' }],
    testResults: [{ test: 'SAT', component: 'MATH', score: 500 + pick.number(300) }],
    ...(pick.number(4) === 0 ? { finAid: [{ year: '2027', amount: pick.number(50_000) }] } : {}),
    studentSemester: TERMS.slice(0, semesters).map((code) => ({ studentSemesterInfo: semesterOf(pick, code) })),
  }
}

function semesterOf(pick: Pick, code: string): object {
  const college = pick(COLLEGES)
  return {
    academicTerm: { term: { code, description: `Term ${code}` } },
    academicCareer: { code: 'UGRD', description: 'Undergraduate' },
    registrationStatus: 'Registered',
    currentClassYear: 2026 + pick.number(4),
    projectedGraduationDate: '2029-05-20',
    currentGpa: pick.number(400) / 100,
    cumulativeGpa: pick.number(400) / 100,
    unitsTermTotal: 12 + pick.number(8),
    unitsCumulative: pick.number(128),
    degreeProgram: [
      {
        academicPlan: { code: `${pick(SUBJECTS)}${pick.number(99)}BA`, description: `Bachelor in ${college}` },
        college: { code: college.slice(0, 3).toUpperCase(), description: college },
        program: { description: `${college}, day programme` },
      },
    ],
    studentClass: [1, 2].map(() => ({
      course: `${pick(SUBJECTS)} ${100 + pick.number(800)}`,
      section: `A${1 + pick.number(9)}`,
      enrollmentStatus: { code: 'E', description: 'Enrolled' },
      campus: { description: 'Charles River Campus' },
      details: { instructor: { firstName: pick(FIRST), lastName: pick(LAST) }, location: `Room ${pick.number(500)}` },
    })),
  }
}

function employeeInfo(pick: Pick, positions: number): object {
  return {
    address: addressOf(pick),
    positions: Array.from({ length: positions + 1 }, () => ({
      positionInfo: {
        basicData: {
          positionId: String(pick.number(99_999_999)),
          title: pick(['Lecturer', 'Analyst', 'Coordinator', 'Research assistant', 'Professor']),
          startDate: '2019-07-01',
          endDate: '9999-12-31',
          status: 'Active',
          employeeGroup: { code: '1', description: 'Regular, full time' },
          employeeSubgroup: { code: 'A2', description: 'Exempt, monthly paid' },
        },
        office: {
          building: `${1 + pick.number(900)} Beacon Street`,
          room: String(pick.number(900)),
          phone: phoneOf(pick),
          mailCode: 'MC 0012',
        },
        department: {
          unit: { code: String(pick.number(9999)), description: pick(COLLEGES) },
          department: String(pick.number(999_999)),
          departmentName: `Department of ${pick(COLLEGES)}`,
          organizationalUnit: String(pick.number(99_999_999)),
          organizationalUnitDescription: `Office of the dean, ${pick(COLLEGES)}`,
        },
        academic: { rank: pick(['Assistant', 'Associate', 'Full']), tenure: pick(['Yes', 'No', 'Track']) },
        supervisor: { name: `${pick(FIRST)} ${pick(LAST)}`, id: `U${pick.number(99_999_999)}`, email: 'supervisor@campus.example' },
      },
    })),
  }
}

function affiliateInfo(pick: Pick): object {
  return {
    address: addressOf(pick),
    affiliateType: { code: 'VIS', description: 'Visiting researcher' },
    affiliateAssignment: Array.from({ length: 4 }, () => ({
      id: pick.number(99_999),
      description: `Assignment in ${pick(COLLEGES)}`,
      begin: '2024-01-01',
      end: '2027-12-31',
      sponsor: `${pick(FIRST)} ${pick(LAST)}`,
    })),
    assignmentBeginDate: '2024-01-01',
    assignmentEndDate: '2027-12-31',
    personalArea: { code: '1000', description: 'Charles River Campus' },
    personalSubArea: { code: '0001', description: 'Academic' },
    department: pick(COLLEGES),
    unit: String(pick.number(9999)),
    organizationalUnit: String(pick.number(99_999_999)),
    organizationalUnitParent: String(pick.number(99_999_999)),
    supervisorID: `U${pick.number(99_999_999)}`,
    sponsorID: `U${pick.number(99_999_999)}`,
  }
}
