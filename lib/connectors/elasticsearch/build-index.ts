import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { orNull } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { Begun, IndexBuild, IndexDocument, RefusedDocument, WantedBuild } from '#lib/connectors/kit/index-build.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { completenessShape, type SearchApi, whyIncomplete } from './api.ts'
import { attemptOf, type BuildMark, doorOf, doorsIn, type KnownIndex, nameOf, readBuilds, readIndices, readPublished } from './builds.ts'
import { putDocuments } from './bulk.ts'
import { propertiesOf } from './mapping.ts'
import { requireSafeMoves } from './product.ts'

const unique = () => randomUUID().slice(0, 8)
const anything = z.unknown()
const countSchema = z.object({ count: z.number(), ...completenessShape })
const FAST = { index: { refresh_interval: '-1' } }
const USUAL = { index: { refresh_interval: null } }

/** An index of its own for each run, behind one alias that is moved at the end. */
export class AliasedBuild implements IndexBuild {
  readonly #api: SearchApi
  readonly #connection: Connection<unknown>
  readonly #wanted: WantedBuild
  #name: string | null = null
  /** The name by which this attempt writes it. */
  #door: string | null = null
  /** When it was begun, whichever attempt did. */
  #at: Instant = 0

  constructor(connection: Connection<unknown>, api: SearchApi, wanted: WantedBuild) {
    this.#connection = connection
    this.#api = api
    this.#wanted = wanted
  }

  async begin({ anew = false }: { anew?: boolean } = {}): Promise<Begun> {
    const { alias, runId } = this.#wanted
    const { signal } = this.#connection
    await requireSafeMoves(this.#api, signal)
    const published = await readPublished(this.#api, alias, signal)
    const builds = await readBuilds(this.#api, alias, signal)
    const own = builds.findLast(({ mark }) => mark.run === runId)
    const isGoneOn = own !== undefined && !anew
    const inTheWay = builds.filter(({ mark, aliases }) => !mark.isComplete && !aliases.includes(alias))
    for (const { name } of inTheWay) if (!isGoneOn || name !== own.name) await this.#remove(name)
    this.#at = isGoneOn ? own.mark.at : this.#connection.clock.now()
    const name = isGoneOn ? await this.#enter(own) : await this.#create()
    this.#name = name
    return { name, isNew: !isGoneOn, documentsBefore: published.length === 0 ? null : await this.#count(alias) }
  }

  put(documents: readonly IndexDocument[]): Promise<RefusedDocument[]> {
    const { clock, signal } = this.#connection
    return putDocuments({ api: this.#api, clock, signal, door: this.#door ?? this.#own() }, documents)
  }

  async seal(documents: number): Promise<void> {
    const name = this.#own()
    await this.#ask([name, '_settings'], USUAL, 'PUT')
    await this.#ask([name, '_refresh'], {})
    // What is only in its log is read again after a crash of its node, and until then readers find nothing at all.
    await this.#ask([name, '_flush'], {})
    const held = await this.#count(name)
    if (held !== documents) throw unequal(this.#api.system, held, documents)
    await this.#ask([name, '_mapping'], { _meta: { tidemark: this.#mark(true) } }, 'PUT')
  }

  async publish(): Promise<void> {
    const name = this.#own()
    const { alias } = this.#wanted
    const before = await readPublished(this.#api, alias, this.#connection.signal)
    if (before.some((one) => one.name === name) && before.length === 1) return
    const later = before.find(({ mark }) => mark !== null && mark.at > this.#at)
    if (later !== undefined) throw late(this.#api.system, alias, later.name)
    const others = before.filter((one) => one.name !== name)
    const door = this.#door === null ? [] : [{ remove: { index: name, alias: this.#door, must_exist: true } }]
    const actions = [
      { add: { index: name, alias } },
      // Who is late finds that another build stands there by now, and changes nothing.
      ...others.map((one) => ({ remove: { index: one.name, alias, must_exist: true } })),
      ...door,
    ]
    await this.#move(actions)
  }

  async tidy(): Promise<string[]> {
    const { alias } = this.#wanted
    const { signal } = this.#connection
    const published = await readPublished(this.#api, alias, signal)
    const all = await readBuilds(this.#api, alias, signal)
    const builds = all.filter(({ name }) => published.every((one) => one.name !== name))
    const last = builds.findLast(({ mark }) => mark.isComplete)
    // An alias that somebody else gave it keeps it.
    const removable = builds.filter((one) => one !== last && one.aliases.length === doorsIn(one).length)
    for (const one of removable) await this.#remove(one.name)
    return removable.map((one) => one.name)
  }

  async drop(): Promise<void> {
    const door = this.#door
    if (this.#name === null || door === null) return
    const [own] = await readIndices(this.#api, this.#name, this.#connection.signal)
    if (own?.aliases.includes(door) && !own.aliases.includes(this.#wanted.alias)) await this.#remove(own.name)
  }

  #own(): string {
    if (this.#name === null) throw new TidemarkError('internal', { publicMessage: 'The build has not begun.' })
    return this.#name
  }

  #mark(isComplete: boolean): BuildMark {
    const { alias, runId: run } = this.#wanted
    return { alias, run, at: this.#at, isComplete }
  }

  /** Goes on with a build: whoever wrote it before does so no more. What is published takes nothing at all. */
  async #enter(own: KnownIndex): Promise<string> {
    const { name } = own
    const doors = doorsIn(own)
    const { attempt } = this.#wanted
    if (doors.some((one) => attemptOf(one) > attempt)) throw taken(this.#api.system, name)
    const door = doors.length === 0 ? null : doorOf(name, attempt, unique())
    if (door !== null) {
      const closed = doors.map((alias) => ({ remove: { index: name, alias, must_exist: true } }))
      await this.#move([{ add: { index: name, alias: door, is_hidden: true } }, ...closed])
    }
    this.#door = door
    return name
  }

  async #create(): Promise<string> {
    const name = nameOf(this.#wanted.alias, this.#at, unique())
    this.#door = doorOf(name, this.#wanted.attempt, unique())
    const mappings = { _meta: { tidemark: this.#mark(false) }, properties: propertiesOf(this.#wanted.fields) }
    const settings = { index: { ...FAST.index, hidden: true } }
    await this.#ask([name], { settings, mappings, aliases: { [this.#door]: { is_hidden: true } } }, 'PUT')
    return name
  }

  async #count(name: string): Promise<number> {
    const { signal } = this.#connection
    const answer = await this.#api.ask({ path: [name, '_count'], what: name, signal }, countSchema)
    const because = whyIncomplete(answer)
    if (because === null) return answer.count
    const publicMessage = `${this.#api.system} did not count all documents of ${name}: ${because}.`
    throw new TidemarkError('unavailable', { publicMessage, retryable: true })
  }

  async #remove(name: string): Promise<void> {
    await orNull(this.#api.ask({ method: 'DELETE', path: [name], what: name, signal: this.#connection.signal }, anything))
  }

  /** All of them, or none: also where somebody has moved one of them meanwhile. */
  async #move(actions: readonly object[]): Promise<void> {
    try {
      await this.#ask(['_aliases'], { actions })
    } catch (error) {
      if (!isTidemarkError(error) || error.code !== 'not-found') throw error
      const publicMessage = `${this.#api.system}: somebody else has moved ${this.#wanted.alias} or its build at the same time. Nothing was changed.`
      throw new TidemarkError('conflict', { publicMessage, cause: error, retryable: true })
    }
  }

  async #ask(path: readonly string[], json: object, method: 'POST' | 'PUT' = 'POST'): Promise<void> {
    await this.#api.ask({ method, path, json, what: this.#wanted.alias, signal: this.#connection.signal }, anything)
  }
}

function taken(system: string, name: string): TidemarkError {
  return new TidemarkError('fenced', {
    publicMessage: `${system}: a later attempt of the run builds ${name}; this one writes nothing more.`,
  })
}

function late(system: string, alias: string, name: string): TidemarkError {
  return new TidemarkError('conflict', {
    publicMessage: `${system}: ${alias} leads to ${name} by now, which a later run built. Readers keep that.`,
  })
}

function unequal(system: string, held: number, documents: number): TidemarkError {
  const because =
    held < documents
      ? 'rows with the same key are one document. Name what tells them apart in "key"'
      : 'documents are in it that nobody put there'
  const publicMessage = `${system} holds ${held} documents, and ${documents} should be there: ${because}. Readers keep what they have.`
  return new TidemarkError('refused', { publicMessage })
}
