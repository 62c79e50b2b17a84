import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import type { TableauApi } from './api.ts'
import { type Answer, answerOf, RATE } from './metadata-answer.ts'
import type { Connected, Kind } from './settings.ts'

const ROOT = { datasources: 'publishedDatasources', workbooks: 'workbooks' } as const
const EXTRACT = 'hasExtracts extractLastRefreshTime extractLastIncrementalUpdateTime extractLastUpdateTime'
const TABLES = 'upstreamTables { name schema fullName database { name } }'
const FIELDS = {
  times: {
    datasources: `luid ${EXTRACT}`,
    workbooks: `luid embeddedDatasources { parentPublishedDatasources { luid } ${EXTRACT} }`,
  },
  origins: {
    datasources: `luid containsUnsupportedCustomSql ${TABLES} ${EXTRACT}`,
    workbooks: `luid containsUnsupportedCustomSql upstreamDatasources { luid } embeddedDatasources { parentPublishedDatasources { luid } ${TABLES} ${EXTRACT} }`,
  },
} as const
/** So many at once: a query may reach 20,000 things, all that hangs on one counted. */
const AT_ONCE = { times: 100, origins: 50 } as const

const RATE_WAIT_MS = 10 * SECOND_MS
const RATE_WAITS_MAX = 3
/** An id that nothing has. */
const NOTHING = '00000000-0000-0000-0000-000000000000'

/** Something as the Metadata API tells it, not read yet. */
export interface Told {
  item: unknown
  /** Why a part of it, or all, is missing; null: it is whole. */
  gap: string | null
}

/** By luid; what it does not know (yet) is not among it. */
export type ToldById = ReadonlyMap<string, Told>

/** The Metadata API of Tableau: what things are made from, and when extracts were loaded. Not every server has it, and not every account may ask it. */
export class TableauMetadata {
  readonly #api: TableauApi
  readonly #connection: Connected
  #absence: string | null = null

  constructor(connection: Connected, api: TableauApi) {
    this.#api = api
    this.#connection = connection
  }

  /** Why it could not be asked, in words; null: it could, or nobody has tried. */
  get absence(): string | null {
    return this.#absence
  }

  /** Whether it is to be had at all. */
  async isThere(): Promise<boolean> {
    return (await this.ask('times', 'datasources', [NOTHING])) !== null
  }

  /** What it tells of these, asked for in parts; null where it is not to be had. */
  async ask(what: keyof typeof FIELDS, kind: Kind, luids: readonly string[]): Promise<ToldById | null> {
    const told = new Map<string, Told>()
    const note = (luid: string, item: unknown, gap: string | null) => {
      if (item !== undefined || gap !== null) told.set(luid, { item, gap })
    }
    const parts = partsOf(luids, AT_ONCE[what])
    for (let part = parts.shift(); part !== undefined && this.#absence === null; part = parts.shift()) {
      const { kind: is, items, because } = await this.#answer(what, kind, part)
      if (is === 'off') this.#absence = `${this.#api.system} tells nothing by its Metadata API: ${because}.`
      else if (is === 'too-much' && part.length > 1) parts.unshift(...partsOf(part, Math.ceil(part.length / 2)))
      else
        for (const luid of part)
          note(
            luid,
            items.find((one) => one.luid === luid),
            because,
          )
    }
    return this.#absence === null ? told : null
  }

  /** Where it is asked too often it says so in an answer that looks like a good one. */
  async #answer(what: keyof typeof FIELDS, kind: Kind, part: readonly string[]): Promise<Answer> {
    const { clock, signal } = this.#connection
    const query = `query told($ids: [String]) { ${ROOT[kind]}(filter: { luidWithin: $ids }) { ${FIELDS[what][kind]} } }`
    for (let waits = 0; ; waits++) {
      const answer = answerOf(this.#api.system, ROOT[kind], await askedOr(this.#api.graph(query, part)))
      if (answer.kind !== 'busy') return answer
      if (waits >= RATE_WAITS_MAX) {
        const publicMessage = `The Metadata API of ${this.#api.system} asks us to come back later (${RATE}).`
        throw new TidemarkError('unavailable', { publicMessage, retryable: true, systemWide: true })
      }
      await clock.sleep(RATE_WAIT_MS, signal)
    }
  }
}

function partsOf(all: readonly string[], size: number): (readonly string[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))
}

/** The answer; why there is none where the server does not answer there at all, or not to us. */
async function askedOr(asked: Promise<JsonValue>): Promise<{ value: JsonValue } | { absence: string }> {
  try {
    return { value: await asked }
  } catch (error) {
    if (isTidemarkError(error) && error.lasting !== undefined && !error.systemWide) return { absence: error.publicMessage }
    throw error
  }
}
