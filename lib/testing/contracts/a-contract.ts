import type { ContractView } from '#lib/queries/catalogue/asset-contracts.ts'

type Held = NonNullable<ContractView['held']>

/** A contract about customers as a screen shows it: kept, with one version of which nothing more is told than what is given. */
export function aContract({ held, ...given }: Partial<Omit<ContractView, 'held'>> & { held?: Partial<Held> | null } = {}): ContractView {
  const aVersion: Held = {
    ...{ name: 'Customers', version: '1.0.0', owner: null, consumers: [], fields: [], promised: [], levels: [] },
    ...{ ends: null, until: null, supportedUntil: null },
  }
  return {
    ...{ id: 1, key: 'lake/crm.customer', asset: 'Customers', onBreak: 'stop', versions: [], seenAt: 0 },
    ...{ isOfFiles: false, records: null, file: null, broken: null, noted: [], coming: [], earlier: [], mended: [], address: null },
    ...given,
    held: held === null ? null : { ...aVersion, ...held },
  }
}
