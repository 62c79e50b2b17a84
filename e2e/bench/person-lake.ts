import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Client } from 'pg'
import { openDocuments } from '#jobs/flows/documents/curation.ts'
import { sourceHash } from '#jobs/flows/documents/document-row.ts'
import { mergeHistory } from '#jobs/flows/documents/merge-documents.ts'
import type { IncomingPerson } from '#jobs/flows/person/incoming-person.ts'
import { type PersonRow, readPerson } from '#jobs/flows/person/person-row.ts'
import { openPersonStore } from '#jobs/flows/person/store/person-store.ts'
import { EVERYBODY, PERSON_TABLES } from '#jobs/flows/person/store/person-tables.ts'
import { copyIn } from '#lib/engine/lake/copy-in.ts'
import { boundedMap } from '#lib/engine/run/bounded-map.ts'
import { createLakeBench } from '#lib/testing/runs/lake-bench.ts'
import { better, emptyTables, inOneTransaction } from './lake-session.ts'
import { inventPeople } from './person-documents.ts'
import { against, type Figure, timed } from './report.ts'

const PEOPLE = 40_000
const BATCH = 500
const BATCHES_AT_ONCE = 2
const ROUNDS = 2
/** The trigger design takes too long for all of them; both designs load the same ones, and the time grows with their number. */
const SAMPLE = 2000
const TRIGGER_BATCH = 100
const RUN = '00000000-0000-0000-0000-000000000000'
const AT = Date.parse('2026-11-20T08:00:00Z')
const TABLES = [
  'person_raw.person_data',
  'person_xform.current_person_data',
  'person_curated.person_data_by_service',
  'person_raw.postponed_person',
  'tidemark.load_batch',
]
const RAW_COLUMNS = ['bu_uid', 'person_data', 'dl_insert_date', 'version', 'content_hash', 'hash_version', 'run_id']
const silent = { info: () => {}, warn: () => {}, error: () => {} }

type Bench = Awaited<ReturnType<typeof createLakeBench>>

function* batchesOf<T>(rows: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size)
}

function rawLine(row: PersonRow): string[] {
  return [row.key.buid, row.document(), '2026-11-20T08:00:00Z', '1', `\\x${row.hash}`, '1', RUN]
}

function* curatedLines(rows: readonly PersonRow[]): Generator<string[]> {
  for (const row of rows) for (const [service, document] of row.views(row.groups).documents) yield [row.key.buid, service, document]
}

/** The plainest way to put the same rows into the same tables: no comparison, no ledger, nothing to resume. */
async function writePlainly(client: Client, rows: readonly PersonRow[]): Promise<void> {
  await client.query('create temp table sent (bu_uid text, person_data jsonb, populations text[]) on commit drop')
  await client.query('create temp table curated (bu_uid text, service text, person_data jsonb) on commit drop')
  const sent = rows.map((row) => [row.key.buid, row.document(), `{${row.groups.join()}}`])
  await copyIn(client, 'pg_temp.sent', ['bu_uid', 'person_data', 'populations'], sent)
  const hash = 'sha256(person_data::text::bytea)'
  await client.query(`insert into person_raw.person_data select bu_uid, person_data, now(), 1, ${hash}, 1, '${RUN}' from sent`)
  await client.query(
    `insert into person_xform.current_person_data
     select bu_uid, person_data, populations, now(), ${hash}, 1, 1, ${hash}, 'plain', now(), now(), '${RUN}', null from sent`,
  )
  await copyIn(client, 'pg_temp.curated', ['bu_uid', 'service', 'person_data'], curatedLines(rows))
  await client.query('insert into person_curated.person_data_by_service select bu_uid, service, person_data, now() from curated')
  await client.query(`insert into person_curated.person_data_by_service select bu_uid, 'full', person_data, now() from sent`)
}

async function rawStage(client: Client, rows: readonly PersonRow[]): Promise<number> {
  await emptyTables(client, TABLES)
  const ctx = { now: () => AT, runId: RUN, lake: { copyIn } }
  const { ms } = await timed(async () => {
    for (const batch of batchesOf(rows, BATCH)) {
      await client.query('begin')
      await mergeHistory(ctx, client, PERSON_TABLES, { part: EVERYBODY, rows: batch })
      await client.query('commit')
    }
  })
  return ms
}

let fence = 0

/** What the flow does with people who have arrived: from their texts to the end of the last transaction. */
async function load(bench: Bench, people: readonly IncomingPerson[]): Promise<number> {
  fence += 1
  const runId = randomUUID()
  const lake = await bench.lakeOf('person', fence, { runId })
  const store = await openPersonStore({ lake, runId, now: () => AT, log: silent, quarantine: async () => {} })
  const options = { concurrency: BATCHES_AT_ONCE, waitingMax: 1, signal: new AbortController().signal }
  const { ms } = await timed(async () => {
    let refused = 0
    const merges = boundedMap(batchesOf(people, BATCH), (batch) => store.merge('people', batch), options)
    for await (const merged of merges) refused += merged.refused
    if (refused > 0) throw new Error(`${refused} of the invented people were refused`)
  })
  return ms
}

/** The people as the loader of the trigger design sends them: sensitive fields taken out, a hundred in one statement. */
async function loadByTriggers(client: Client, rows: readonly PersonRow[]): Promise<number> {
  await client.query(await readFile(new URL('person-triggers.sql', import.meta.url), 'utf8'))
  const { ms } = await timed(async () => {
    for (const batch of batchesOf(rows, TRIGGER_BATCH)) {
      await client.query(
        'insert into trigger_raw.person_data (bu_uid, person_data) select * from unnest($1::text[], $2::jsonb[]) returning bu_uid',
        [batch.map((row) => row.key.buid), batch.map((row) => row.document())],
      )
    }
  })
  return ms
}

async function readEverybody(bench: Bench, people: readonly IncomingPerson[]): Promise<PersonRow[]> {
  fence += 1
  const lake = await bench.lakeOf('person', fence)
  await openPersonStore({ lake, runId: RUN, now: () => AT, log: silent, quarantine: async () => {} })
  const curation = await openDocuments({ lake, log: silent }, PERSON_TABLES)
  return people.map((person) => {
    const row = readPerson(person, sourceHash(person.text), curation)
    if ('refused' in row) throw new Error(row.refused)
    return row
  })
}

/** Forty thousand people: the stages of the person store against the least PostgreSQL itself needs. Best of a few rounds each. */
export async function measurePersonLake(): Promise<Figure[]> {
  const bench = await createLakeBench()
  const { admin } = bench
  const { people, termRows } = inventPeople(PEOPLE, 1)
  const rows = await readEverybody(bench, people)
  const best = { copy: Infinity, raw: Infinity, plain: Infinity, first: Infinity, again: Infinity, sample: Infinity }
  for (let round = 0; round < ROUNDS; round += 1) {
    const copy = () => copyIn(admin, 'person_raw.person_data', RAW_COLUMNS, rows.map(rawLine))
    best.copy = await better(best.copy, () => inOneTransaction(admin, TABLES, copy))
    best.raw = await better(best.raw, () => rawStage(admin, rows))
    best.plain = await better(best.plain, () => inOneTransaction(admin, TABLES, () => writePlainly(admin, rows)))
    await emptyTables(admin, TABLES)
    best.first = await better(best.first, () => load(bench, people))
    best.again = await better(best.again, () => load(bench, people))
    await emptyTables(admin, TABLES)
    best.sample = await better(best.sample, () => load(bench, people.slice(0, SAMPLE)))
  }
  const triggers = await loadByTriggers(admin, rows.slice(0, SAMPLE))
  await bench.close()
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  return [
    {
      name: `raw COPY of ${PEOPLE.toLocaleString('en')} people with ${termRows.toLocaleString('en')} term rows`,
      value: seconds(best.copy),
    },
    { name: 'plainest SQL into the same tables', value: seconds(best.plain) },
    { name: 'person store, first load', value: seconds(best.first) },
    { name: 'person store, unchanged', value: seconds(best.again) },
    { name: `trigger design, ${SAMPLE.toLocaleString('en')} people (person store ${seconds(best.sample)})`, value: seconds(triggers) },
    against('raw COPY ÷ raw stage', best.copy / best.raw, '', { atLeast: 0.6 }),
    against('plainest SQL ÷ whole pipeline', best.plain / best.first, '', { atLeast: 0.6 }),
    against('first load ÷ unchanged reload', best.first / best.again, '×', { atLeast: 3 }),
    against('trigger design ÷ person store, the same people', triggers / best.sample, '×', { atLeast: 5 }),
  ]
}
