import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { type CampusCourse, type CourseSource, inventedRoster, seededRandom } from '#demo/campus/courses/courses.ts'
import { termCode } from '#demo/campus/courses/terms.ts'

type Row = Record<string, string>

const SEASON_DIGITS: Record<string, string> = { wi: '1', sp: '3', su: '5', fa: '7' }
const SEASON_NAMES: Record<string, string> = { wi: 'Winter', sp: 'Spring', su: 'Summer', fa: 'Fall' }

/** A real catalogue: a folder of `<year>-<season>.csv`, one row per section. Each (Subject, Number) is one course, with the same id in
 * every term; text is served as published, HTML entities included. */
export async function fileCourses(folder: string): Promise<CourseSource> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-(wi|sp|su|fa)\.csv$/.test(name)).sort()
  if (names.length === 0) throw new Error(`${folder} holds no file such as 2026-su.csv`)
  const files = new Map<string, Map<string, Row[]>>()
  for (const name of names) files.set(name, groupByCourse(parseRows(await readFile(join(folder, name), 'utf8'))))
  const keys = [...new Set([...files.values()].flatMap((courses) => [...courses.keys()]))].sort()
  const ids = new Map(keys.map((key, index) => [key, String(index + 1).padStart(6, '0')]))
  const terms = new Map(
    [...files].map(([name, courses]) => [
      codeOf(name),
      { name, courses: [...courses].map(([key, rows]) => toCourse(ids.get(key) ?? '', rows)) },
    ]),
  )
  return {
    groups(code) {
      const found = terms.get(code)
      if (!found) return []
      return [
        {
          termDetails: { academicCareer: 'UGRD', term: { code, description: describe(found.name) } },
          count: found.courses.length,
          courses: () => found.courses,
        },
      ]
    },
  }
}

function parseRows(text: string): Row[] {
  const rows: Row[] = parse(text, { columns: true, bom: true, skip_empty_lines: true })
  return rows
}

function codeOf(file: string): string {
  return termCode(Number(file.slice(0, 4)), SEASON_DIGITS[file.slice(5, 7)] ?? '')
}

function describe(file: string): string {
  return `${SEASON_NAMES[file.slice(5, 7)]} ${file.slice(0, 4)}`
}

function groupByCourse(rows: readonly Row[]): Map<string, Row[]> {
  const courses = new Map<string, Row[]>()
  for (const row of rows) {
    const key = `${row['Subject']} ${row['Number']}`
    const sections = courses.get(key)
    if (sections) sections.push(row)
    else courses.set(key, [row])
  }
  return courses
}

function toCourse(courseId: string, rows: readonly Row[]): CampusCourse {
  const field = reader(rows[0] ?? {})
  const number = field('Number')
  return {
    college: 'Campus',
    department: field('Subject'),
    number,
    title: field('Name'),
    titleLong: field('Name'),
    description: field('Description'),
    notes: field('Section Info'),
    credits: field('Credit Hours'),
    degreeAttributes: field('Degree Attributes'),
    scheduleInformation: field('Schedule Information'),
    courseLevel: `${number.slice(0, 1)}00`,
    v2: { courseId, sessionCode: '1', offerNumber: '1' },
    sections: rows.map((row) => toSection(reader(row))),
  }
}

function reader(row: Row): (column: string) => string {
  return (column) => row[column] ?? ''
}

function toSection(field: (column: string) => string): Record<string, unknown> {
  const random = seededRandom('roster', field('YearTerm'), field('CRN'))
  return {
    section: field('Section').trim(),
    classNumber: field('CRN'),
    title: field('Section Title'),
    credits: field('Section Credit Hours'),
    sectionType: field('Type'),
    classEnrollmentStatus: field('Enrollment Status'),
    partOfTerm: field('Part of Term'),
    statusCode: field('Status Code'),
    v2: {
      sessionCode: '1',
      instructionType: { code: field('Type Code'), description: field('Type') },
      meetingDetails: [
        {
          days: field('Days of Week').trim(),
          startTime: field('Start Time'),
          endTime: field('End Time'),
          room: field('Room'),
          building: field('Building'),
        },
      ],
      roster: inventedRoster(random, 1 + Math.floor(random() * 6)),
    },
  }
}
