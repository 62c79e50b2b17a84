import type { Campus } from '#demo/campus/campus.ts'
import { buidOf } from '#demo/campus/people/ids.ts'
import { dumpLake, withClient } from './lake-view.ts'

/** A flow that is killed. */
export type CrashFlow = 'term' | 'course' | 'person'

/** Loads that belong together: what ran yesterday, what happened overnight, and what runs tonight. */
export interface Scenario {
  name: 'records' | 'person'
  /** In the order in which they run. */
  flows: readonly CrashFlow[]
  /** What of the lake is looked at again and again meanwhile: a query of one row with `wholes` and `alone`. */
  look: string
  /** Leaves a lake behind as it was yesterday; each run of a flow is one `load`. */
  yesterday(campus: Campus, load: (flow: CrashFlow) => Promise<void>, lakeUrl: string): Promise<void>
}

/** Terms are replaced as a whole, courses come into emptied tables. */
const RECORDS: Scenario = {
  name: 'records',
  flows: ['term', 'course'],
  look: `select
    jsonb_build_object(
      'the terms', (select md5(string_agg(t::text, '' order by acad_career, strm))
        from (select acad_career, strm, descr, rownumber from term_xform.current_term_data) t),
      'the active terms', (select string_agg(strm, ' ' order by strm) from term_curated.term_data_by_service where service = 'active_terms')
    ) as wholes,
    jsonb_build_object(
      'a current course without its raw row', (select count(*) from course_xform.current_course_data c where not exists (
        select 1 from course_raw.course_data r where (r.academic_career, r.term_code, r.course_id, r.session_code, r.version)
          = (c.academic_career, c.term_code, c.course_id, c.session_code, c.version))),
      'a curated row without its course', (select count(*) from course_curated.course_data_by_service s where not exists (
        select 1 from course_xform.current_course_data c where c.deleted_at is null and (c.academic_career, c.term_code, c.course_id, c.session_code)
          = (s.academic_career, s.term_code, s.course_id, s.session_code)))
    ) as alone`,
  async yesterday(campus, load, lakeUrl) {
    await load('term')
    await load('course')
    await withClient(lakeUrl, (client) =>
      client.query('truncate course_raw.course_data, course_xform.current_course_data, course_curated.course_data_by_service'),
    )
    const terms = (await dumpLake(lakeUrl)).get('term_xform.current_term_data') ?? []
    for (const term of terms.slice(0, 7)) campus.control.changeTerm(JSON.parse(term).strm, { DESCR: 'Renamed overnight' })
  },
}

/** What happens to the allow-lists overnight: one becomes wider, one is new, one is withdrawn. */
const OTHER_LISTS = `
update person_curated.person_schema_service_filters set paths = paths || '{/email/address}' where service = 'bioDemo';
insert into person_curated.person_schema_service_filters (service, paths) values ('crashCourse', '{/personid,/personBasic/names}');
delete from person_curated.person_schema_service_filters where service = 'studentGPA'`

/** The fault of the person task: it always leaves out the same share of the people. */
export function leaveOutSome(campus: Campus, share = 0.02): void {
  campus.control.faults.set('person-task', 'dropped-people', { share })
}

/** People who are new, changed, gone, back, something else than before, or not in the answer; and other allow-lists. */
const PERSON: Scenario = {
  name: 'person',
  flows: ['person'],
  look: `select
    jsonb_build_object(
      'the people who are gone', (select string_agg(bu_uid, ' ' order by bu_uid) from person_xform.current_person_data
        where deleted_at > (select installed_at from crash.installed)),
      'the withdrawn service', (select count(*) from person_curated.person_data_by_service where service = 'studentGPA')
    ) as wholes,
    jsonb_build_object(
      'a current person without the raw row', (select count(*) from person_xform.current_person_data c where not exists (
        select 1 from person_raw.person_data r where (r.bu_uid, r.version, r.content_hash) = (c.bu_uid, c.version, c.content_hash))),
      'a raw row that is newer than the person', (select count(*) from person_raw.person_data r where not exists (
        select 1 from person_xform.current_person_data c where c.bu_uid = r.bu_uid and c.version >= r.version)),
      'a curated row without its person', (select count(*) from person_curated.person_data_by_service s where not exists (
        select 1 from person_xform.current_person_data c where c.bu_uid = s.bu_uid and c.deleted_at is null)),
      'a person without the whole document for those who may see it', (select count(*) from person_xform.current_person_data c
        where c.deleted_at is null and not exists (select 1 from person_curated.person_data_by_service s
          where (s.bu_uid, s.service, s.person_data) = (c.bu_uid, 'full', c.person_data))),
      'a person both loaded and postponed by the same run', (select count(*) from person_raw.postponed_person p
        join person_xform.current_person_data c on (c.bu_uid, c.last_seen_run) = (p.bu_uid, p.run_id))
    ) as alone`,
  async yesterday(campus, load, lakeUrl) {
    const { people } = campus.control
    leaveOutSome(campus, 0.05)
    const newcomers = people.remove({ share: 0.2 })
    await load('person')
    const away = people.remove({ share: 0.05 })
    await load('person')
    people.bringBack([...newcomers, ...away])
    people.change({ share: 0.4 })
    people.change({ share: 0.1 }, 'sensitive')
    people.remove({ share: 0.06 })
    const others = [...campus.people.of('student')].filter((index) => index % 9 === 0)
    for (const index of others) people.setPopulations(buidOf(index), index % 2 === 0 ? ['student', 'employee'] : ['employee'])
    leaveOutSome(campus)
    await withClient(lakeUrl, (client) => client.query(OTHER_LISTS))
  },
}

export const SCENARIOS: Record<Scenario['name'], Scenario> = { records: RECORDS, person: PERSON }

/** The scenario in which a flow runs. */
export function scenarioOf(flow: CrashFlow): Scenario {
  return flow === 'person' ? PERSON : RECORDS
}
