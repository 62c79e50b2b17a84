import { curateAnew } from '#jobs/flows/documents/curate-anew.ts'
import { type Curation, openDocuments } from '#jobs/flows/documents/curation.ts'
import { mergeBatch } from '#jobs/flows/documents/merge-documents.ts'
import type { MergedDocuments } from '#jobs/flows/documents/merged-documents.ts'
import { type IncomingPerson, POPULATIONS, type Population } from '#jobs/flows/person/incoming-person.ts'
import type { PersonRow, RefusedPerson } from '#jobs/flows/person/person-row.ts'
import { preparePeople } from '#jobs/flows/person/prepare-people.ts'
import { type Pseudonym, readPseudonym } from '#jobs/flows/person/pseudonym.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { EVERYBODY, PERSON_TABLES } from './person-tables.ts'
import { type PostponedPerson, postponedOf, postponedSoFar, postponePeople, settlePostponed } from './postponed-people.ts'
import { markUnseen, type Unseen, type WholePopulation } from './unseen-people.ts'

export type { PostponedPerson, Unseen }

export type Merged = MergedDocuments & { refused: number; duplicates: number; cleaned: number; stripped: number }

type Work = Pick<FlowContext<unknown>, 'lake' | 'now' | 'runId' | 'log' | 'quarantine'>

export async function openPersonStore(ctx: Work): Promise<PersonStore> {
  return new PersonStore(ctx, await openDocuments(ctx, PERSON_TABLES), await readPseudonym(ctx.lake))
}

export class PersonStore {
  /** The only form of an id in logs, rejections and errors. */
  readonly pseudonymOf: Pseudonym
  readonly #ctx: Work
  readonly #curation: Curation

  constructor(ctx: Work, curation: Curation, pseudonymOf: Pseudonym) {
    this.#ctx = ctx
    this.#curation = curation
    this.pseudonymOf = pseudonymOf
  }

  curateAnew() {
    return curateAnew(this.#ctx, PERSON_TABLES, this.#curation)
  }

  /** Merges a batch in one fenced transaction; people who are unusable, or whom the lake rejects, are quarantined and postponed one by
   * one. Populations only grow here. */
  async merge(task: string, people: readonly IncomingPerson[]): Promise<Merged> {
    const { rows, refused, duplicates } = await preparePeople(this.#ctx.lake, people, this.#curation)
    const putAside = async ({ key, groups }: PersonRow, reason: string) => void refused.push({ key, groups, refused: reason })
    const batch = { part: EVERYBODY, rows }
    const merged = await mergeBatch(this.#ctx, task, PERSON_TABLES, batch, this.#curation, putAside, settlePostponed)
    await this.#putAside(refused)
    return {
      ...merged,
      refused: refused.length,
      duplicates,
      cleaned: rows.filter((row) => row.cleaned).length,
      stripped: rows.filter((row) => row.stripped).length,
    }
  }

  #putAside(refused: readonly RefusedPerson[]): Promise<void> {
    return this.postpone(
      refused.map(({ key, groups, refused: reason }) => ({
        buid: key.buid,
        populations: POPULATIONS.filter((population) => groups.includes(population)),
        stage: 'load',
        reason,
      })),
    )
  }

  /** Ids merged by any attempt of this run. */
  async loadedInThisRun(): Promise<ReadonlySet<string>> {
    const rows = await this.#ctx.lake.query<{ buid: string }>(
      'select bu_uid as buid from person_xform.current_person_data where last_seen_run = $1',
      [this.#ctx.runId],
    )
    return new Set(rows.map(({ buid }) => buid))
  }

  /** Ids postponed by any attempt of this run and not loaded since; quarantines them again, each is one line still. */
  postponedInThisRun(): Promise<ReadonlySet<string>> {
    return postponedSoFar(this.#ctx, this.pseudonymOf)
  }

  /** Notes people for a replay and quarantines one line each by pseudonym. A later merge removes the note. */
  postpone(failed: readonly PostponedPerson[]): Promise<void> {
    return postponePeople(this.#ctx, failed, this.pseudonymOf)
  }

  postponedOf(runId: string): Promise<{ buid: string; populations: Population[] }[]> {
    return postponedOf(this.#ctx, runId)
  }

  /** After a run of everybody: removes people who are gone, and populations people have left. */
  deleteUnseen(answer: WholePopulation): Promise<Unseen> {
    return this.#ctx.lake.once('unseen people', 'unseen', (sql) => markUnseen(this.#ctx, sql, answer, this.#curation))
  }
}
