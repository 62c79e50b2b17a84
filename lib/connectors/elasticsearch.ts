import {
  ELASTICSEARCH_LIMITS,
  type ElasticsearchSettings,
  elasticsearchAssetSettings,
  elasticsearchSettings,
  whyNoName,
} from '#lib/connectors/elasticsearch/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** Elasticsearch or OpenSearch: a path is the name of an index, an alias or a data stream. */
export default defineConnector<ElasticsearchSettings>({
  kind: 'elasticsearch',
  example: {
    settings: [
      { url: 'https://search.example.edu:9200', apiKey: '${SEARCH_KEY}' },
      { url: 'https://search.example.edu:9200', user: 'tidemark', password: '${SEARCH_PASSWORD}' },
      { url: 'https://search.example.edu:9200', token: '${SEARCH_TOKEN}' },
    ],
    asset: { path: 'prices', settings: { field: 'event.ingested', clock: 'loadedAt' } },
    speaksTo: 'Elasticsearch, and OpenSearch from 2.12 on',
    told: '`url`; `apiKey`, or `user` and `password`, or `token`; `timeout` 1m',
    toldOfAsset: '`field` @timestamp, `clock` dataThroughAt, `dataThrough`, `where`, `zone`',
    asked: null,
    evidence: [
      { reads: 'the newest value of `field`, where all parts of the index answered', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'the newest value of `dataThrough`', clock: 'dataThroughAt', strength: 'strong' },
      { reads: 'without a time field, more documents or writes than at the look before', clock: 'writtenAt', strength: 'weak' },
    ],
    permission:
      '`read` and `view_index_metadata` on the indices, `monitor` on them where no field tells a time, `monitor` on the cluster for its health; where an index is built, `manage` and `write` on `<alias>*`',
  },
  settings: elasticsearchSettings,
  assetSettings: elasticsearchAssetSettings,
  assetKind: 'consumer',
  limits: ELASTICSEARCH_LIMITS,
  buildsIndexes: true,
  refuseAsset({ path }) {
    const why = whyNoName(path)
    return why === null ? null : { at: [], problem: `"${path}" ${why}.`, remedy: 'Write <connection>/<name>, such as search/prices.' }
  },
  open: async (connection) => (await import('./elasticsearch/open.ts')).openElasticsearch(connection),
})
