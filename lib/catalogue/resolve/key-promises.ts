import type { CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { keyPromiseSchema, resolveKeyPromise } from '#lib/domain/coverage/key-promise.ts'
import { keyPromiseInWords } from '#lib/domain/coverage/key-words.ts'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import type { Placed } from './placed-assets.ts'

/** What is promised of the keys of an asset, where its connector takes that: its settings are checked already. */
export function ofKeys(written: Placed['written'], zone: string): Pick<CatalogueAsset, 'expect'> {
  const promise = keyPromiseSchema.safeParse(written['expect'])
  return promise.success ? { expect: resolveKeyPromise(promise.data, zone) } : {}
}

/** What a feed is promised by those of its assets that it is judged by, each promise once. */
export function promisesInWords(assets: readonly CatalogueAsset[]): string {
  const promises = assets
    .filter(({ promised }) => promised)
    .flatMap(({ policies, expect }) => [...policies.map(promiseInWords), ...(expect === undefined ? [] : [keyPromiseInWords(expect)])])
  return [...new Set(promises)].join('; ')
}
