/** A course as the course task sends it; sections inside. */
export interface CampusCourse {
  v2: { courseId: string; sessionCode: string; offerNumber: string } | null
  department: string
  number: string
  title: string
  [field: string]: unknown
}

/** One element of the task's array: a career and a term with its courses, made while they are sent. */
export interface CourseGroup {
  termDetails: { academicCareer: string; term: { code: string; description: string } }
  count: number
  courses: () => Iterable<CampusCourse>
}

export interface CourseSource {
  groups(term: string): CourseGroup[]
}

/** Deterministic random numbers in [0, 1) (mulberry32). */
export function seededRandom(...seeds: (string | number)[]): () => number {
  let state = 0x9e3779b9
  for (const character of seeds.join('/')) state = Math.imul(state ^ character.charCodeAt(0), 0x85ebca6b) ^ (state >>> 13)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function inventedRoster(random: () => number, size: number): { buid: string; enrollmentStatus: string }[] {
  return Array.from({ length: size }, () => ({
    buid: `U9${String(Math.floor(random() * 10_000_000)).padStart(7, '0')}`,
    enrollmentStatus: random() < 0.95 ? 'Enrolled' : 'Waiting',
  }))
}
