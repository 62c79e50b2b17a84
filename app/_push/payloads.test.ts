import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { lineageEventSchema } from '#lib/domain/push/event-schema.ts'
import { readLineageEvent } from '#lib/domain/push/read-event.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { type Told, thousandEvents, toldEvent } from '#lib/testing/push/push-world.ts'

/** The public schemas of OpenLineage, as published (Apache-2.0). */
const FOLDER = 'lib/testing/openlineage'
const schemaIn = (file: string) => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8'))
const ajv = new Ajv2020({ strict: false, validateFormats: false })
const spec = schemaIn('OpenLineage.json')
ajv.addSchema(spec)
const facets = readdirSync(`${FOLDER}/facets`).map((file) => schemaIn(`facets/${file}`))
for (const facet of facets) ajv.addSchema(facet)
const isRunEvent = ajv.compile({ $ref: `${spec.$id}#/$defs/RunEvent` })
const isJobEvent = ajv.compile({ $ref: `${spec.$id}#/$defs/JobEvent` })
const isDatasetEvent = ajv.compile({ $ref: `${spec.$id}#/$defs/DatasetEvent` })

const AT = Date.parse('2026-11-20T06:00:00Z')
const told = (own: Partial<Told> = {}) => toldEvent({ type: 'COMPLETE', at: AT, run: 1, inputs: ['raw.a'], outputs: ['raw.b'], ...own })
const from = (name: string) => ({ _producer: 'https://example.edu/loader', _schemaURL: facets.find(({ $id }) => $id.includes(name)).$id })

const RUN_FACETS = {
  nominalTime: { ...from('NominalTimeRunFacet'), nominalStartTime: new Date(AT - HOUR_MS).toISOString() },
  errorMessage: { ...from('ErrorMessageRunFacet'), message: 'disk full', programmingLanguage: 'SQL' },
}

describe('what the public schema allows is taken', () => {
  it.each([
    ['the thousand events of the tests', thousandEvents(AT).slice(0, 200)],
    ['an event with facets', [told({ rows: 5, lifecycle: 'OVERWRITE', columns: ['id'], facets: RUN_FACETS })]],
    ['one without a kind, inputs and outputs', [{ ...told(), eventType: undefined, inputs: undefined, outputs: undefined }]],
    ['one with facets nobody knows', [told({ facets: { mine: { ...from('NominalTimeRunFacet'), deep: { er: [1] } } } })]],
  ])('%s', (_what, events) => {
    for (const event of events) {
      const sent = JSON.parse(JSON.stringify(event))
      expect(isRunEvent(sent), JSON.stringify(isRunEvent.errors)).toBe(true)
      expect(readLineageEvent(lineageEventSchema.parse(sent)).at).toBe(Date.parse(sent.eventTime))
    }
  })

  it('of a job and of data, too', () => {
    const { run: _run, eventType: _type, ...job } = told()
    expect(isJobEvent(job)).toBe(true)
    const { job: _job, inputs: _inputs, outputs, ...rest } = job
    const data = { ...rest, dataset: outputs[0] }
    expect(isDatasetEvent(data)).toBe(true)
    for (const event of [job, data]) expect(lineageEventSchema.safeParse(event).success).toBe(true)
  })

  it('facets of the tests are those of their own schemas', () => {
    const event = told({ rows: 5, lifecycle: 'OVERWRITE', columns: ['id'], facets: RUN_FACETS })
    const [output] = event.outputs
    const checked: [string, unknown][] = [
      ['NominalTimeRunFacet', RUN_FACETS.nominalTime],
      ['ErrorMessageRunFacet', RUN_FACETS.errorMessage],
      ['OutputStatisticsOutputDatasetFacet', output?.outputFacets.outputStatistics],
      ['LifecycleStateChangeDatasetFacet', output?.facets.lifecycleStateChange],
      ['SchemaDatasetFacet', output?.facets.schema],
    ]
    for (const [name, facet] of checked) {
      const { $id } = facets.find((schema) => schema.$id.includes(`/${name}.json`))
      const isFacet = ajv.compile({ $ref: `${$id}#/$defs/${name}` })
      expect([name, isFacet(facet), isFacet.errors]).toEqual([name, true, null])
    }
  })
})

describe('what the public schema refuses for want of something is refused', () => {
  it.each(['eventTime', 'producer', 'schemaURL', 'job', 'run.runId', 'job.namespace', 'job.name'])('without %s', (place) => {
    const event = JSON.parse(JSON.stringify(told()))
    const [last = '', ...above] = place.split('.').reverse()
    delete above.reverse().reduce((inner, part) => inner[part], event)[last]
    expect([isRunEvent(event), lineageEventSchema.safeParse(event).success]).toEqual([false, false])
  })
})
