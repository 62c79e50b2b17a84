import { seededRandom } from '#demo/campus/courses/courses.ts'
import type { PersonFacts, SentTerm } from './facts.ts'
import { address, name, pick } from './invented.ts'

const PLANS = ['BIOLBA', 'ECONBA', 'COSCBA', 'HISTBA', 'MATHMS', 'LAWJD'] as const
const SUBJECTS = ['BI', 'EC', 'CS', 'HI', 'MA', 'PH', 'WR'] as const
const CLASSES = [2, 1, 1, 1, 1] as const

export function studentPart(facts: PersonFacts): Record<string, unknown> {
  const random = seededRandom(facts.seed, 'student', facts.index)
  const advisor = name(random)
  return {
    address: [address(random, 'PERM'), address(random, 'DORM')],
    academicProgress: {
      career: { code: 'UGRD' },
      unitsEarned: Math.floor(random() * 120),
      standing: pick(random, ['GOOD', 'WARN'] as const),
    },
    advisor: [{ ...advisor, email: `${advisor.lastName.toLowerCase()}@campus.example`, role: 'Faculty advisor' }],
    admissionHistory: [{ term: '2213', type: 'First year', college: 'CAS', decision: 'Admit', depositPaid: random() < 0.9 }],
    testResults: [
      { test: 'SAT', component: 'MATH', score: 500 + Math.floor(random() * 300), date: '2021-05-01' },
      { test: 'SAT', component: 'ERWS', score: 500 + Math.floor(random() * 300), date: '2021-05-01' },
    ],
    finAid: [{ year: '2026', type: 'Grant', amount: 1000 + Math.floor(random() * 9000) + (facts.versions.sensitive ?? 0) }],
    finAidReceived: random() < 0.5,
    studentSemester: facts.terms.map((term, place) => semester(facts, term, place)),
  }
}

function semester(facts: PersonFacts, term: SentTerm, place: number): Record<string, unknown> {
  const random = seededRandom(facts.seed, 'semester', facts.index, term.STRM)
  const better = place === 0 ? (facts.versions.grades ?? 0) : 0
  const plan = pick(random, PLANS)
  const classes = Array.from({ length: CLASSES[Math.min(facts.terms.length, CLASSES.length) - 1] ?? 1 }, () => studentClass(random))
  return {
    studentSemesterInfo: {
      academicTerm: { term: { code: term.STRM, description: `Term ${term.STRM}` } },
      academicCareer: { code: term.ACAD_CAREER },
      registrationStatus: { code: 'R', description: 'Registered' },
      withdrawalStatus: null,
      currentClassYear: { code: String(1 + Math.floor(random() * 4)) },
      certification: 'Full time',
      certificationApproved: true,
      projectedGraduationDate: '2028-05-20',
      currentGpa: Math.round(random() * 200 + 200 + better) / 100,
      cumulativeGpa: Math.round(random() * 200 + 200) / 100,
      unitsTermTotal: 16,
      unitsCumulative: 16 * (1 + place),
      degreeProgram: {
        academicCareer: term.ACAD_CAREER,
        academicGroup: 'CAS',
        academicPlan: plan,
        college: { code: 'CAS', description: 'Arts & Sciences' },
        degree: { code: 'BA', description: 'Bachelor of Arts' },
      },
      studentClass: classes,
    },
  }
}

function studentClass(random: () => number): Record<string, unknown> {
  const instructor = name(random)
  return {
    course: { subject: pick(random, SUBJECTS), number: String(100 + Math.floor(random() * 700)) },
    section: `${pick(random, ['A', 'B', 'C'] as const)}1`,
    enrollmentStatus: { code: 'E', description: 'Enrolled' },
    campus: { code: 'CRC', description: 'Charles River' },
    details: {
      instructionType: { code: 'LEC', description: 'Lecture' },
      instructor: [{ ...instructor, email: `${instructor.firstName.toLowerCase()}@campus.example` }],
      location: `Hall ${1 + Math.floor(random() * 9)}`,
    },
  }
}
