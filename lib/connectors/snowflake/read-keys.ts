import type { Observation } from '#lib/connectors/kit/connector.ts'
import type { GoodLook } from '#lib/connectors/kit/told-clocks.ts'
import { KEY_LENGTH_MAX, NO_TIMES, seenKeys, type WrittenKeys } from '#lib/domain/coverage/found-keys.ts'
import { KEYS_MAX, resolveKeyPromise } from '#lib/domain/coverage/key-promise.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { CLOCK_SKEW_MAX_MS, DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { offsetAt } from '#lib/domain/time/zone.ts'
import { amongNames, areValues, namesOf } from './key-names.ts'
import { parseSpent } from './look-state.ts'
import { failed, type Round, usedUp, type Wanted } from './looked.ts'
import { columnId, isOfStatement } from './newest.ts'
import { codeOf } from './problems.ts'
import { foldName, literal, quoteName, quoteTable, type TablePath } from './table-path.ts'
import { keepingAccount, READERS, whyNotCarriedOut } from './told.ts'

/** A table of which the newest row of each key is wanted. */
export interface WantedKeys {
  path: TablePath
  expect: WrittenKeys
  column: string
  where: string | undefined
  zone: string | undefined
}

interface Job {
  wanted: Wanted
  seen: GoodLook
  keys: WantedKeys
  /** Of the time column, and of that of the keys; absent: it is not there. */
  type: string | undefined
  keyType: string | undefined
}

/** So many statements at a time: each waits for the warehouse. */
const AT_ONCE = 8

const wallTime = (at: Instant, zone: string) => new Date(at + offsetAt(at, zone)).toISOString().slice(0, -1)

/** An instant as what a column of this type is compared with: one without zones by what the clock on the wall shows, one of dates by its day. */
const MOMENTS: Readonly<Record<string, (at: Instant, zone: string) => string>> = {
  TIMESTAMP_LTZ: (at) => `${literal(`${wallTime(at, 'UTC')}+00:00`)}::timestamp_tz`,
  TIMESTAMP_TZ: (at) => `${literal(`${wallTime(at, 'UTC')}+00:00`)}::timestamp_tz`,
  TIMESTAMP_NTZ: (at, zone) => `${literal(wallTime(at, zone))}::timestamp_ntz`,
  DATE: (at, zone) => `${literal(wallTime(at, zone).slice(0, 10))}::date`,
}

/**
 * One statement: each key with its newest time, newest first, and no more than anybody could use. Rows that lie ahead are left out, those of today are not,
 * and those before the look back are. Null: the column holds no time.
 */
export function keysStatement(
  { path, expect, column, where, zone = 'UTC' }: WantedKeys,
  { type, keyType }: { type: string; keyType?: string | undefined },
  now: Instant,
): string | null {
  const moment = MOMENTS[type]
  if (moment === undefined) return null
  const { withinMs } = resolveKeyPromise(expect, 'UTC')
  const [time, key] = [quoteName(foldName(column)), quoteName(foldName(expect.key))]
  const conditions = [
    `${key} is not null`,
    `${time} >= ${moment(now - withinMs - DAY_MS, zone)}`,
    `${time} <= ${moment(now + CLOCK_SKEW_MAX_MS, zone)}`,
    ...(expect.of === 'seen' ? [] : [amongNames(key, expect.of, keyType)]),
    ...(where === undefined ? [] : [`(${where})`]),
  ]
  return `select left(to_varchar(${key}), ${KEY_LENGTH_MAX + 1}) as K, max(${time}) as V from ${quoteTable(path)} where ${conditions.join(' and ')} group by 1 order by 2 desc limit ${KEYS_MAX + 1}`
}

/** What is promised of the keys of an asset; null: nothing. */
export function wantedKeysOf({ path, settings, zone }: Pick<Wanted, 'path' | 'settings' | 'zone'>): WantedKeys | null {
  const { expect, column, where } = settings
  return expect === undefined || column === undefined ? null : { path, expect, column, where, zone }
}

/** Adds to what was read of tables the newest row of each key that is promised something of, by one statement a table; where that fails nothing of it was seen. */
export async function* withKeys(
  round: Round,
  looks: AsyncIterable<Observation>,
  group: readonly Wanted[],
  types: ReadonlyMap<string, string>,
): AsyncGenerator<Observation> {
  const { connection, budget } = round
  const wantedOf = new Map(group.map((wanted) => [wanted.asset.key, wanted]))
  const due: Job[] = []
  for await (const seen of looks) {
    const wanted = wantedOf.get(seen.assetKey)
    const keys = wanted === undefined ? null : wantedKeysOf(wanted)
    if (wanted === undefined || keys === null || !seen.ok) yield seen
    else {
      const typeOf = (column: string) => types.get(columnId(wanted.path, foldName(column)))
      due.push({ wanted, seen, keys, type: typeOf(keys.column), keyType: typeOf(keys.expect.key) })
    }
  }
  while (due.length > 0 && !budget.isUsedUp()) yield* await Promise.all(due.splice(0, AT_ONCE).map((job) => readKeys(round, job)))
  const words = usedUp(connection.settings, 'Its keys were not read.')
  yield* due.map((job) => keepingAccount(job, failed(job.seen.assetKey, words)))
}

async function readKeys({ connection, api, budget, database }: Round, job: Job): Promise<Observation> {
  const { wanted, seen, keys, type = '', keyType } = job
  const { clock, signal } = connection
  const { of } = keys.expect
  if (of !== 'seen' && !areValues(of, keyType))
    return keepingAccount(job, failed(seen.assetKey, `${wordsFor(keys)} ${NO_VALUE}`, 'no-time'))
  const sql = keysStatement(keys, { type, keyType }, clock.now())
  if (sql === null) return keepingAccount(job, failed(seen.assetKey, NO_TIMES, 'no-time'))
  try {
    const { value } = await budget.during(api.table({ sql, database }, signal))
    const read = READERS[value.columns[1]?.type ?? '']
    const found = value.rows.flatMap(([key, time]) => {
      const at = read?.(time ?? '', keys.zone ?? 'UTC') ?? null
      return namesOf(key ?? '', keys.expect, keyType).map((name) => ({ key: name, time: at }))
    })
    const told = seenKeys(keys.expect, wanted.settings.clock, found, clock.now())
    if (typeof told === 'string') return keepingAccount(job, failed(seen.assetKey, told, 'no-time'))
    return { ...seen, keys: told, state: { ...seen.state, ...budget.spentOf(parseSpent(seen.state)) } }
  } catch (error) {
    if (!isOfStatement(error)) throw error
    return keepingAccount(job, toFailure(job, error))
  }
}

const NO_VALUE = 'names a value that does not read as its type.'

const wordsFor = ({ expect }: WantedKeys) => `What reads the newest rows of each ${expect.key}`

function toFailure({ seen, keys }: Job, error: unknown) {
  // Nothing of what Snowflake said: it quotes the statement, and values.
  const words = `${wordsFor(keys)} ${whyNotCarriedOut(error)}.`
  const isOfTheMoment = isTidemarkError(error) && error.retryable
  const lasting = isTidemarkError(error) && error.lasting === 'refused' ? 'refused' : 'no-time'
  return failed(seen.assetKey, words, isOfTheMoment ? undefined : lasting, `${words} ${codeOf(error)}`.trim())
}
