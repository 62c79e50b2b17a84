const PAGE = 'page: { name: Campus, zone: America/New_York, url: "https://status.campus.example" }'

function connections(probe: string): string {
  return `
connections:
  peoplesoft: { kind: peoplesoft, probe: ${probe}, baseUrl: "\${PEOPLESOFT_URL}", user: "\${PEOPLESOFT_USER}", password: "\${PEOPLESOFT_PASSWORD}" }
  snaplogic: { kind: snaplogic, probe: 4h, url: "\${SNAPLOGIC_URL}", key: "\${SNAPLOGIC_KEY}" }
  lake: { kind: postgres, probe: 4h, url: "\${LAKE_DATABASE_URL}" }`
}

export const NIGHTLY = '{ kind: deadline, cron: "0 1 * * *", grace: 45m, staleAfter: 2d }'

interface TermsOptions {
  policy?: string
  probe?: string
  assets?: string
  flows?: string
  more?: string
}

export function termsCatalogue({ policy = NIGHTLY, probe = '4h', assets = '', flows = '', more = '' }: TermsOptions = {}): string {
  return `${PAGE}
${connections(probe)}
groups:
  records:
    name: Student records
    feeds:
      terms:
        name: Terms
        owner: registrar-data@campus.example
        policy: ${policy}
        assets:
          peoplesoft/BU_TERM_QRY: { policy: { kind: age, clock: writtenAt, lateAfter: 180d, staleAfter: 400d } }
          lake/term_raw.term_data: { from: peoplesoft/BU_TERM_QRY, column: modified_date }
          lake/term_xform.current_term_data: { from: lake/term_raw.term_data, column: modified_date }
          lake/term_curated.term_data_by_service: { name: Terms by service, from: lake/term_xform.current_term_data, column: modified_date }
${assets}
flows:
  term: {}
${flows}
${more}`
}

export function coursesCatalogue(): string {
  return termsCatalogue({
    assets: `
      courses:
        name: Courses
        policy: { kind: deadline, cron: "0 2 * * *", grace: 1h, staleAfter: 2d }
        assets:
          snaplogic/courses: { policy: { kind: none } }
          lake/course_raw.course_data: { from: snaplogic/courses, column: dl_insert_date }
          lake/course_xform.current_course_data: { from: lake/course_raw.course_data, column: modified_date }
          lake/course_curated.course_data_by_service: { name: Courses by service, from: lake/course_xform.current_course_data, column: modified_date }`,
    flows: '  course: { parameters: { terms: ["2267"] } }',
  })
}

/** One table of somebody else's in the lake's database, watched by its column `loaded_at`. */
export function watchedCatalogue(policy: string): string {
  return `${PAGE}
connections:
  lake: { kind: postgres, probe: 2h, url: "\${LAKE_DATABASE_URL}" }
groups:
  finance:
    feeds:
      payments:
        name: Payments
        policy: ${policy}
        assets:
          lake/bursar.payments: { column: loaded_at }
`
}
