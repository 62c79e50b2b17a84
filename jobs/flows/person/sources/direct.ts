import type { PersonParameters } from '#jobs/flows/person/parameters.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { directoryIds, employeeIds, queryIds, studentTerms } from './read-rows.ts'
import { type AskedPerson, type PersonSource, type PopulationList, understood } from './source.ts'

export function directSource(ctx: Pick<FlowContext<PersonParameters>, 'connect' | 'parameters'>): PersonSource {
  const { uidCarTermGroupSize: limit } = ctx.parameters
  return {
    lists: listsOf(ctx),
    needsTerms: () => true,
    termsOf: async ({ buid }) => ({
      terms: await studentTerms(ctx, buid),
      facultyTerms: [],
    }),
    shareOf: ({ terms }) => ({ kind: 'people', weight: Math.max(1, terms.length), limit }),
    documentsOf: (batch) =>
      understood(ctx.connect('snaplogic_person').extract({ persons: batch.flatMap(uidCarTerms) }), 'direct', 'snaplogic'),
  }
}

function listsOf(ctx: Pick<FlowContext<PersonParameters>, 'connect' | 'parameters'>): PopulationList[] {
  const { vds, vdsFilter: filter, vdsSizeLimit: sizeLimit } = ctx.parameters
  const affiliates: PopulationList = {
    words: 'the affiliates of the directory',
    population: 'affiliate',
    ids: () => directoryIds(ctx, { filter, sizeLimit, attribute: 'buid' }),
  }
  return [
    { words: 'the students of PeopleSoft', population: 'student', ids: () => queryIds(ctx, 'BU_PARM_0216_QRY') },
    { words: 'the employees of SAP', population: 'employee', ids: () => employeeIds(ctx) },
    ...(vds ? [affiliates] : []),
  ]
}

/** One object per term row, CAMPUS_ID as BUID; one with the id alone for somebody without terms. */
function uidCarTerms({ buid, terms }: AskedPerson): JsonObject[] {
  if (terms.length === 0) return [{ BUID: buid }]
  return terms.map(({ CAMPUS_ID: _id, 'attr:rownumber': _number, ...columns }) => ({ BUID: buid, ...columns }))
}
