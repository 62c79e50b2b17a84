import type { Curation } from '#jobs/flows/documents/curation.ts'
import { readKnown as readKnownRows } from '#jobs/flows/documents/known-rows.ts'
import { mergeBatch } from '#jobs/flows/documents/merge-documents.ts'
import { committedDocuments, type MergedDocuments } from '#jobs/flows/documents/merged-documents.ts'
import { isCourseRecord } from '#lib/connectors/snaplogic/read-courses.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { type CourseKey, type CourseRow, idOf, type RefusedCourse, readCourse } from './course-row.ts'
import { COURSE_TABLES } from './course-tables.ts'
import { type Known, withoutDuplicates } from './duplicates.ts'
import { deleteUnseen, type Unseen } from './unseen-courses.ts'

export interface TermLoaded extends MergedDocuments, Unseen {
  term: string
  seen: number
  refused: number
  dropped: number
  duplicates: number
  cleaned: number
}

interface TermOrder {
  term: string
  curation: Curation
  shrinkRatio: number
  batchSize: number
  onBatch: (courses: number) => void
}

type Work = FlowContext<unknown>
const BATCHES_AT_ONCE = 2

/** Loads one term as it streams in. When the answer is not whole it throws: what came before stays, and nothing is deleted. */
export async function loadTerm(ctx: Work, order: TermOrder): Promise<TermLoaded> {
  const term = Number(order.term)
  const known = await readKnown(ctx, term)
  const intake = new Intake(ctx, order, known)
  const duplicates = { dropped: 0 }
  let courses = 0
  const settled = withoutDuplicates(intake.admit(), known, duplicates)
  for await (const part of ctx.map(prepared(ctx.batch(settled, order.batchSize), known), BATCHES_AT_ONCE, (rows) => intake.merge(rows))) {
    const size = part.fresh + part.changed + part.returned + part.unchanged
    courses += size
    order.onBatch(size)
  }
  refuseNothing(order.term, intake, [...known.hashes.values()].filter((content) => content !== null).length)
  const { fresh, changed, returned, ...more } = await committedDocuments(ctx, taskOf(order.term), 'so far')
  const answer = { term, alive: intake.alive, uncertain: intake.uncertain > 0, shrinkRatio: order.shrinkRatio }
  const unseen = await ctx.lake.once(taskOf(order.term), 'unseen', (sql) => deleteUnseen(ctx, sql, answer))
  const { seen, refused, dropped, cleaned } = intake
  return {
    term: order.term,
    seen,
    refused,
    dropped,
    cleaned,
    duplicates: duplicates.dropped,
    ...{ fresh, changed, returned, ...more },
    // An earlier try's rows came again and counted as unchanged.
    unchanged: Math.max(0, courses - fresh - changed - returned),
    ...unseen,
    uncurated: more.uncurated + unseen.uncurated,
  }
}

export function taskOf(term: string): string {
  return `term ${term}`
}

async function readKnown(ctx: Work, term: number): Promise<Known> {
  const rows = await readKnownRows(ctx.lake, COURSE_TABLES, { where: 'c.term_code = $1', values: [term] })
  return {
    hashes: new Map(rows.map((row) => [idOf(row), row.deleted ? null : row.hash])),
    sources: new Map(rows.map((row) => [row.source, row.hash])),
  }
}

/** Makes the documents to be written before their transaction begins, while the database works on the batch before. */
async function* prepared(batches: AsyncIterable<CourseRow[]>, known: Known): AsyncGenerator<CourseRow[]> {
  for await (const rows of batches) {
    for (const row of rows) if (known.hashes.get(row.id) !== row.hash) row.views()
    yield rows
  }
}

function refuseNothing(term: string, intake: Intake, before: number): void {
  if (intake.accepted > 0) return
  const refuse = (words: string) =>
    new TidemarkError('refused', { publicMessage: `SnapLogic's answer for term ${term} ${words}. The lake keeps the courses it has.` })
  if (intake.refused + intake.dropped > 0) throw refuse(`holds ${intake.refused + intake.dropped} elements and not one usable course`)
  if (before > 0) throw refuse(`is empty, although the lake holds ${before} courses of it`)
}

/** Takes records one by one: good ones go on, bad ones are put aside. */
class Intake {
  seen = 0
  accepted = 0
  refused = 0
  dropped = 0
  cleaned = 0
  /** Elements of no known course. */
  uncertain = 0
  readonly alive: CourseKey[] = []
  readonly #ctx: Work
  readonly #order: TermOrder
  readonly #known: Known

  constructor(ctx: Work, order: TermOrder, known: Known) {
    this.#ctx = ctx
    this.#order = order
    this.#known = known
  }

  async *admit(): AsyncGenerator<CourseRow> {
    const { term } = this.#order
    for await (const record of this.#ctx.connect('snaplogic').extract({ term })) {
      const course = this.#read(record)
      this.seen += 1
      if (course === null) {
        this.dropped += 1
        this.uncertain += 1
      } else if ('refused' in course) await this.#putAside(`${term} element ${this.seen}`, course.refused, course.key)
      else {
        this.accepted += 1
        if (course.cleaned) this.cleaned += 1
        yield course
      }
    }
  }

  #read(record: unknown): CourseRow | RefusedCourse | null {
    if (!isCourseRecord(record) || record.kind !== 'course') return null
    const { term, curation } = this.#order
    try {
      return readCourse({ ...record, term: Number(term), curation, hashOf: (source) => this.#known.sources.get(source) })
    } catch (cause) {
      throw new TidemarkError('refused', { publicMessage: `SnapLogic's answer for term ${term} is not JSON in the middle.`, cause })
    }
  }

  async #putAside(key: string, reason: string, known: CourseKey | null): Promise<void> {
    this.refused += 1
    if (known === null) this.uncertain += 1
    else this.alive.push(known)
    await this.#ctx.quarantine(taskOf(this.#order.term), known === null ? key : idOf(known), reason)
  }

  merge(rows: readonly CourseRow[]): Promise<MergedDocuments> {
    const { term, curation } = this.#order
    return mergeBatch(this.#ctx, taskOf(term), COURSE_TABLES, { part: Number(term), rows }, curation, async (row, reason) => {
      this.accepted -= 1
      await this.#putAside(row.id, reason, row.key)
    })
  }
}
