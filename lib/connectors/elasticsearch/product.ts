import { z } from 'zod'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { SearchApi } from './api.ts'

/** The first OpenSearch that takes `must_exist`, on which builds rely. */
const OPENSEARCH_FROM = [2, 12] as const

const node = z.object({
  cluster_name: z.string(),
  version: z.object({ number: z.string(), distribution: z.string().optional() }),
  tagline: z.string().optional(),
})

interface Product {
  name: 'Elasticsearch' | 'OpenSearch'
  version: string
  cluster: string
}

/** What answers there; throws where it is something else. */
export async function productOf(api: SearchApi, signal?: AbortSignal): Promise<Product> {
  const what = 'what it is'
  const { cluster_name: cluster, version, tagline = '' } = await api.ask({ path: [], what, signal }, node)
  const isOpenSearch = version.distribution === 'opensearch'
  if (!isOpenSearch && !/you know, for search/i.test(tagline))
    throw refusedAnswer(api.system, 'it is neither Elasticsearch nor OpenSearch that answers there. Check the address of the connection')
  return { name: isOpenSearch ? 'OpenSearch' : 'Elasticsearch', version: version.number, cluster }
}

/** Throws where what answers cannot move an alias only if it is still where it was. Who may not see what it is finds out when it is moved. */
export async function requireSafeMoves(api: SearchApi, signal: AbortSignal): Promise<void> {
  const product = await productOf(api, signal).catch((error: unknown) => {
    if (isTidemarkError(error) && error.lasting === 'refused' && !error.systemWide) return null
    throw error
  })
  if (product?.name !== 'OpenSearch') return
  const [major = 0, minor = 0] = product.version.split('.').map(Number)
  const [fromMajor, fromMinor] = OPENSEARCH_FROM
  if (major > fromMajor || (major === fromMajor && minor >= fromMinor)) return
  const publicMessage = `${api.system} is OpenSearch ${product.version}; an index is built in OpenSearch from ${OPENSEARCH_FROM.join('.')} on. Nothing was changed.`
  throw new TidemarkError('refused', { publicMessage })
}
