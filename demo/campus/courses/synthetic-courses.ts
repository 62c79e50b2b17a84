import type { Clock } from '#lib/platform/clock.ts'
import { type CampusCourse, type CourseGroup, type CourseSource, inventedRoster, seededRandom } from './courses.ts'
import { type CampusTerm, termsAround } from './terms.ts'

const DEPARTMENTS = ['AR', 'BI', 'CH', 'CS', 'EC', 'EN', 'FR', 'GE', 'HI', 'MA', 'MU', 'PH', 'PO', 'PS', 'SO'] as const
const COLLEGES = ['CAS', 'ENG', 'CFA', 'SSW'] as const
const MANNER = [
  'Introduction to',
  'Principles of',
  'Advanced',
  'Topics in',
  'Seminar in',
  'History of',
  'Methods of',
  'Foundations of',
] as const
const FIELDS = [
  'Logic',
  'Ethics &amp; Society',
  'Genetics',
  'Algebra',
  'Painting',
  'Networks',
  'Climate',
  'Rhetoric',
  'Markets',
  'Memory',
  'Rivers',
  'Opera',
  'Optics',
  'R&amp;D',
  'Cities',
] as const
const SENTENCES = [
  'Surveys the main questions of the field and the ways they have been answered.',
  'Students work in small groups and present what they found to the class.',
  'Readings include primary sources &amp; recent research.',
  'Prerequisite: consent of the instructor, or a grade of C or better in the preceding course.',
  'Laboratory work accompanies the lectures every week.',
  'Satisfies a distribution requirement of the college.',
  'May be repeated for credit when topics vary.',
  'Field trips take place on two Saturdays; dates are announced in the first meeting.',
] as const
interface Kind {
  code: string
  description: string
}
const KINDS: readonly [Kind, ...Kind[]] = [
  { code: 'LEC', description: 'Lecture' },
  { code: 'LAB', description: 'Laboratory' },
  { code: 'DIS', description: 'Discussion' },
  { code: 'SEM', description: 'Seminar' },
]
const UNDERGRADUATE_SHARE = 0.75

/** Invented courses, the same for the same seed, `perTerm` in every term around the clock's now. */
export function syntheticCourses(options: { clock: Clock; seed: number; termCount: number; perTerm: number }): CourseSource {
  return {
    groups(code) {
      const term = termsAround(options.clock.now(), options.termCount).terms.find((t) => t.strm === code)
      if (!term) return []
      const undergraduate = Math.ceil(options.perTerm * UNDERGRADUATE_SHARE)
      return [
        group(options.seed, term, 'UGRD', 1, undergraduate),
        group(options.seed, term, 'GRAD', undergraduate + 1, options.perTerm - undergraduate),
      ]
    },
  }
}

function group(seed: number, term: CampusTerm, career: string, firstId: number, count: number): CourseGroup {
  return {
    termDetails: { academicCareer: career, term: { code: term.strm, description: term.description } },
    count,
    *courses() {
      for (let index = 0; index < count; index += 1) yield syntheticCourse(seed, term, career, firstId + index)
    },
  }
}

function syntheticCourse(seed: number, term: CampusTerm, career: string, id: number): CampusCourse {
  // What a course is stays the same from term to term; who teaches and attends it does not.
  const lasting = seededRandom(seed, id)
  const passing = seededRandom(seed, id, term.strm)
  const number = String(100 + Math.floor(lasting() * (career === 'GRAD' ? 400 : 300)) + (career === 'GRAD' ? 400 : 0))
  const title = `${pick(lasting, MANNER)} ${pick(lasting, FIELDS)}`
  const sections = Array.from({ length: 1 + Math.floor(lasting() * 3) }, (_, index) => section(passing, term, id, index))
  return {
    college: pick(lasting, COLLEGES),
    department: pick(lasting, DEPARTMENTS),
    number,
    title,
    titleLong: `${title}: ${pick(lasting, FIELDS)} and ${pick(lasting, FIELDS)}`,
    description: sentences(lasting, 4),
    notes: sentences(lasting, 1),
    courseLevel: `${number.slice(0, 1)}00`,
    enrollmentLimit: 20 + Math.floor(lasting() * 180),
    startDate: term.begin,
    endDate: null,
    v2: { courseId: String(id).padStart(6, '0'), sessionCode: '1', offerNumber: '1' },
    sections,
  }
}

function section(random: () => number, term: CampusTerm, courseId: number, index: number): Record<string, unknown> {
  const cap = 10 + Math.floor(random() * 90)
  const roster = inventedRoster(random, 4 + Math.floor(random() * 12))
  return {
    section: `${String.fromCharCode(65 + index)}1`,
    classNumber: String(1000 + ((courseId * 7 + index) % 90_000)),
    title: '',
    description: sentences(random, 1),
    startDate: term.begin,
    endDate: null,
    enrollmentCap: String(cap),
    enrollmentTotal: String(roster.length),
    lastDropDateWithPenalty: null,
    sectionType: 'In Person',
    credits: 4,
    unitsMinimum: 4.0,
    unitsMaximum: 4.0,
    combinedSection: [],
    classEnrollmentStatus: roster.length < cap ? 'Open' : 'Closed',
    v2: { sessionCode: '1', instructionType: pick(random, KINDS), meetingDetails: [meeting(random), meeting(random)], roster },
  }
}

function meeting(random: () => number): Record<string, unknown> {
  const hour = 8 + Math.floor(random() * 10)
  return {
    days: pick(random, ['MWF', 'TR', 'M', 'W', 'F'] as const),
    startTime: `${String(hour).padStart(2, '0')}:00`,
    endTime: `${String(hour + 1).padStart(2, '0')}:15`,
    room: String(100 + Math.floor(random() * 500)),
    building: pick(random, ['Hall East', 'Hall West', 'Science Centre', 'Library'] as const),
    instructors: [{ firstName: 'Invented', lastName: `Person ${Math.floor(random() * 400)}` }],
  }
}

function sentences(random: () => number, count: number): string {
  return Array.from({ length: count }, () => pick(random, SENTENCES)).join(' ')
}

function pick<T>(random: () => number, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random() * from.length)] ?? from[0]
}
