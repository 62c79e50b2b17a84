import type { Campus } from '#demo/campus/campus.ts'

/** The flows on the stand-ins; nothing runs by itself. People come in so small batches that there are many of them. */
export const CATALOGUE = `
page: { name: Crash tests, zone: America/New_York }
connections:
  peoplesoft: { kind: peoplesoft, probe: 1d, baseUrl: "\${PEOPLESOFT_URL}", user: "\${PEOPLESOFT_USER}", password: "\${PEOPLESOFT_PASSWORD}" }
  snaplogic: { kind: snaplogic, probe: 1d, url: "\${SNAPLOGIC_URL}", key: "\${CAMPUS_KEY}" }
  snaplogic_person: { kind: snaplogic, probe: 1d, task: people, url: "\${PERSON_TASK_URL}", key: "\${CAMPUS_KEY}" }
  sap: { kind: sap, probe: 1d, url: "\${SAP_URL}", key: "\${CAMPUS_KEY}" }
  vds: { kind: vds, probe: 1d, url: "\${VDS_URL}", user: "\${VDS_USER}", password: "\${VDS_PASSWORD}", base: "ou=people,o=campus" }
  lake: { kind: postgres, probe: 1d, url: "\${LAKE_DATABASE_URL}" }
groups:
  records:
    feeds:
      terms:
        assets:
          peoplesoft/BU_TERM_QRY:
          lake/term_raw.term_data:
          lake/term_xform.current_term_data:
          lake/term_curated.term_data_by_service: { policy: { kind: age, lateAfter: 1d, staleAfter: 7d } }
      courses:
        assets:
          snaplogic/courses:
          lake/course_raw.course_data:
          lake/course_xform.current_course_data:
          lake/course_curated.course_data_by_service: { policy: { kind: age, lateAfter: 1d, staleAfter: 7d } }
      people:
        assets:
          peoplesoft/BU_PARM_0216_QRY:
          peoplesoft/BU_TERM_STD_FULL_TERM:
          sap/Z_HR_EMPLOYEE_OBJ_LIST:
          vds/people:
          snaplogic_person/people:
          lake/person_raw.person_data:
          lake/person_xform.current_person_data:
          lake/person_curated.person_data_by_service:
flows:
  term: { schedule: "0 0 1 1 *" }
  course: { schedule: "0 0 1 1 *", parameters: { batchSize: 100 } }
  person:
    schedule: "0 0 1 1 *"
    after: []
    rejectTolerance: 0.1
    parameters: { psQueryLimit: 4, snapLogicLimit: 3, uidCarTermGroupSize: 20, queueSize: 60 }
`

/** How many flows there are. */
export const FLOW_COUNT = 3

/** What the catalogue calls the addresses and passwords of the campus. */
export function campusVariables({ url, courseUrl, urls, credentials }: Campus): Record<string, string> {
  const { user, password, key, bindDn, bindPassword } = credentials
  return {
    PEOPLESOFT_URL: url,
    PEOPLESOFT_USER: user,
    PEOPLESOFT_PASSWORD: password,
    SNAPLOGIC_URL: courseUrl,
    PERSON_TASK_URL: urls.personTask,
    SAP_URL: urls.sapBapi,
    VDS_URL: urls.vdsRest,
    VDS_USER: bindDn,
    VDS_PASSWORD: bindPassword,
    CAMPUS_KEY: key,
  }
}
