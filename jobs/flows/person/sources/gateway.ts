import type { PersonParameters } from '#jobs/flows/person/parameters.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { directoryIds, employeeIds, facultyTerms, queryIds, studentTerms } from './read-rows.ts'
import { type Member, type PersonSource, type PopulationList, understood } from './source.ts'

type Work = Pick<FlowContext<PersonParameters>, 'connect' | 'parameters'>

/** The newer upstream: the query endpoint, SAP, the directory, and the person API, which takes people without terms in separate batches. */
export function gatewaySource(ctx: Work): PersonSource {
  const { uidCarTermGroupSize, buidBatchSize } = ctx.parameters
  return {
    lists: listsOf(ctx),
    needsTerms: ({ populations }) => populations.includes('student') || populations.includes('faculty'),
    termsOf: (member) => lookUp(ctx, member),
    shareOf({ terms, facultyTerms }) {
      const rows = terms.length + facultyTerms.length
      return rows === 0
        ? { kind: 'without terms', weight: 1, limit: buidBatchSize }
        : { kind: 'terms', weight: rows, limit: uidCarTermGroupSize }
    },
    documentsOf(batch) {
      const people = batch.map(({ buid, terms, facultyTerms }) => ({ buid, terms, ...(facultyTerms.length === 0 ? {} : { facultyTerms }) }))
      return understood(ctx.connect('snaplogic_person').extract({ people }), 'gateway', 'person-api')
    },
  }
}

/** Somebody who studies and teaches is asked for both first: half an answer would make a poorer document. */
async function lookUp(ctx: Work, { buid, populations }: Member) {
  const studies = populations.includes('student')
  const teaches = populations.includes('faculty')
  return {
    terms: studies ? await studentTerms(ctx, buid) : [],
    facultyTerms: teaches ? await facultyTerms(ctx, buid) : [],
  }
}

function listsOf(ctx: Work): PopulationList[] {
  const { vds, vdsSizeLimit: sizeLimit } = ctx.parameters
  const ofDirectory = (affiliation: 'faculty' | 'staff') =>
    directoryIds(ctx, { filter: `(PersonPrimaryAffiliation=${affiliation})`, sizeLimit, attribute: 'PersonBuid' })
  const directory: PopulationList[] = [
    { words: 'the faculty of the directory', population: 'faculty', ids: () => ofDirectory('faculty') },
    { words: 'the staff of the directory', population: 'staff', ids: () => ofDirectory('staff') },
  ]
  return [
    { words: 'the students of the query endpoint', population: 'student', ids: () => queryIds(ctx, 'BU_PARM_0216_QRY') },
    { words: 'the students in residence', population: 'resident', ids: () => queryIds(ctx, 'BU_PARM_ENRL_DORM_QRY') },
    { words: 'the employees of SAP', population: 'employee', ids: () => employeeIds(ctx) },
    ...(vds ? directory : []),
  ]
}
