import { expect, it } from 'vitest'
import type { CauseKind } from '#lib/domain/lineage/causes/cause.ts'
import { incidentTitle } from './incident-title.ts'

const cause = (kind: CauseKind, name: string) => ({ kind, name })
const GONE = { ...cause('connection', 'lake'), isGone: true }
const SAP = cause('connection', 'sap')

it.each<[{ kind: CauseKind; name: string; isBroken?: boolean }[], number | null, string]>([
  [[SAP], null, 'sap does not answer'],
  [[GONE], null, 'The database lake is gone'],
  [[SAP, GONE], null, 'sap does not answer, and the database lake is gone'],
  [[{ ...cause('asset', 'Order'), isBroken: true }], null, 'The contract of Order is broken'],
  [[{ ...cause('asset', 'Order'), isBroken: true }], 5, 'The contract of Order was broken'],
  [[GONE], 5, 'lake did not answer'],
  [[SAP], 5, 'sap did not answer'],
  [[cause('flow', 'people')], null, 'The flow people does not succeed'],
  [[cause('unseen', '')], null, 'A system you may not see is not fresh'],
  [[cause('asset', 'terms'), SAP], null, 'terms is not fresh, and sap does not answer'],
  [[SAP, cause('flow', 'people')], 5, 'sap did not answer, and the flow people did not succeed'],
  [[SAP, SAP, SAP], 5, 'sap did not answer, and 2 more causes'],
  [[], 5, 'Something was not fresh'],
  [[], null, 'Something is not fresh'],
])('an incident is named by what it is about: %#', (roots, endedAt, title) => {
  expect(incidentTitle({ roots, endedAt })).toBe(title)
})
