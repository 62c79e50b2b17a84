import type { Catalogue, CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { type Finding, wrongValue } from '#lib/catalogue/check/finding.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import { promisedByContract } from '#lib/catalogue/resolve/contracts.ts'
import { resolvePolicies } from '#lib/catalogue/schema/written-policy.ts'
import { termsAt } from '#lib/domain/contracts/contract-terms.ts'
import { levelInWords, levelPromises } from '#lib/domain/contracts/level-promises.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'

/** Service levels of contracts that the catalogue promises otherwise, that nobody can read, or that are not judged here. */
export function remarkLevels(outline: Outline, { assets, page }: Pick<Catalogue, 'assets' | 'page'>, at: Instant): Finding[] {
  const nodes = new Map(outline.assets.map(({ key, node }) => [key, node]))
  const told = new Set<string>()
  return assets.flatMap((asset) => {
    const path = nodes.get(asset.key)?.path
    const version = asset.contract === undefined ? null : termsAt(asset.contract, at)
    if (path === undefined || version === null) return []
    const name = `${version.id} ${version.version}`
    const left = told.has(name) ? [] : leftInWords(version.levels ?? [])
    told.add(name)
    return [
      ...otherwise(asset, page, at).map((words) => wrongValue(path, words, 'Take the policy out, or agree on one with its producer.')),
      ...left.map((words) =>
        wrongValue(path, `Of the contract ${version.name}, version ${version.version}, ${words}.`, 'It stays in the contract.'),
      ),
    ]
  })
}

function leftInWords(levels: Parameters<typeof levelPromises>[0]): string[] {
  const { left } = levelPromises(levels)
  const named = (why: (typeof left)[number]['why']) => left.filter((one) => one.why === why).map(({ level }) => levelInWords(level))
  const [unreadable, others] = [named('unreadable'), named('no-counterpart')]
  return [
    ...(unreadable.length > 0 ? [`nobody can tell what is meant by ${listInWords(unreadable)}`] : []),
    ...(others.length > 0 ? [`${listInWords(others)} ${others.length === 1 ? 'is' : 'are'} not judged here`] : []),
  ]
}

/** Of what the catalogue promises itself, how its contract says it. */
function otherwise({ key, contract, policies }: CatalogueAsset, page: Catalogue['page'], at: Instant): string[] {
  if (contract === undefined || contract.judges === true) return []
  const inputs = promisedByContract(contract, at)
  if (inputs.length === 0) return []
  const around = { zone: page.zone, readyBy: page.readyBy, calendars: new Map(), flow: null, hasClock: true }
  const broken = resolvePolicies([inputs], around).filter((level) => !policies.some((policy) => isAsStrict(policy, level)))
  return broken.map((level) => {
    const own = policies.map((policy) => promiseInWords(policy))
    return `The catalogue promises of ${key}: ${listInWords(own)}. That counts; its contract says: ${promiseInWords(level)}.`
  })
}

/** Whether who keeps the first promise keeps the second. */
function isAsStrict(policy: Policy, level: Policy): boolean {
  if (policy.kind === 'age' && level.kind === 'age') return policy.lateAfterMs <= level.lateAfterMs
  if (policy.kind === 'deadline' && level.kind === 'deadline')
    return policy.cron === level.cron && policy.zone === level.zone && policy.graceMs <= level.graceMs
  return false
}
