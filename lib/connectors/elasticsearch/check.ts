import { z } from 'zod'
import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Health } from '#lib/connectors/kit/connector.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { SearchApi } from './api.ts'
import { productOf } from './product.ts'
import type { ElasticsearchSettings } from './settings.ts'

const health = z.object({ status: z.enum(['green', 'yellow', 'red']), unassigned_shards: z.number().default(0) })
const whoami = z.object({ username: z.string(), api_key: z.object({ id: z.string(), name: z.string().nullish() }).nullish() })
const apiKeys = z.object({ api_keys: z.array(z.object({ id: z.string(), expiration: z.number().nullish() })) })

/** Whether we get in, what answers there, how the cluster is, as whom, and when our API key ends where that is told. */
export function check(connection: Connection<ElasticsearchSettings>, api: SearchApi): Promise<Health> {
  return checked(connection, async () => {
    const { name, version, cluster } = await productOf(api)
    const { settings } = connection
    const isAnybody = settings.apiKey === undefined && settings.user === undefined && settings.token === undefined
    const who = isAnybody ? null : await orNull(connection, api.ask({ path: ['_security', '_authenticate'], what: 'who we are' }, whoami))
    const how = await orNull(connection, api.ask({ path: ['_cluster', 'health'], what: 'the health of the cluster' }, health))
    const detail = [`${name} ${version}, cluster ${cluster}${asWhom(who)}.`, healthInWords(how)].join(' ')
    const key = who?.api_key?.id
    return { detail, credentialExpiresAt: key === undefined ? null : await expiryOf(connection, api, key) }
  })
}

function asWhom(who: z.infer<typeof whoami> | null): string {
  if (who === null) return ''
  return who.api_key == null ? `, as ${who.username}` : `, with the API key ${who.api_key.name ?? who.api_key.id} of ${who.username}`
}

function healthInWords(told: z.infer<typeof health> | null): string {
  if (told === null) return 'Its account may not see how the cluster is.'
  const { status, unassigned_shards: missing } = told
  if (status === 'green') return 'All indices are whole.'
  if (status === 'yellow') return `All indices are whole; ${missing} of their copies have no place.`
  return `The cluster is red: parts (shards) of indices are missing, and what lies in them cannot be read.`
}

/** Not every product or account tells it; what does not say so is no failure of the check. */
async function orNull<T>({ log }: Connection<unknown>, asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (!isTidemarkError(error) || error.code === 'cancelled' || error.systemWide) throw error
    log.debug('something was not told', { error: toInternalMessage(error) })
    return null
  }
}

async function expiryOf(connection: Connection<unknown>, api: SearchApi, id: string): Promise<Instant | null> {
  const question = { path: ['_security', 'api_key'], parameters: { id, owner: 'true' }, what: 'our API key' }
  const told = await orNull(connection, api.ask(question, apiKeys))
  return told?.api_keys.find((key) => key.id === id)?.expiration ?? null
}
