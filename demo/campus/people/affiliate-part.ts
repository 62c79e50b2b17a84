import { seededRandom } from '#demo/campus/courses/courses.ts'
import type { PersonFacts } from './facts.ts'
import { address, pick } from './invented.ts'

export function affiliatePart(facts: PersonFacts): Record<string, unknown> {
  const random = seededRandom(facts.seed, 'affiliate', facts.index)
  return {
    address: address(random, 'WORK'),
    affiliateType: pick(random, ['Visiting scholar', 'Contractor', 'Volunteer', 'Clergy'] as const),
    affiliateAssignment: { code: `A${10 + Math.floor(random() * 80)}`, description: 'Works beside the staff without being employed' },
    assignmentBeginDate: '2025-09-01',
    assignmentEndDate: `2027-0${1 + Math.floor(random() * 9)}-30`,
    personalArea: { code: 'BU01', description: 'Main campus' },
    personalSubArea: { code: '0001', description: 'General' },
    department: { code: String(10_000 + Math.floor(random() * 900)), description: 'Hosts the affiliate' },
    unit: pick(random, ['Library', 'Physics', 'Chapel', 'Clinic'] as const),
    organizationalUnit: String(50_000 + Math.floor(random() * 900)),
    organizationalUnitParent: '50000000',
    supervisorID: `S${100 + Math.floor(random() * 800)}`,
    sponsorID: `S${100 + Math.floor(random() * 800)}`,
  }
}
