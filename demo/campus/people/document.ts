import { seededRandom } from '#demo/campus/courses/courses.ts'
import type { Versions } from './changes.ts'
import { employeePart } from './employee-part.ts'
import type { PersonFacts } from './facts.ts'
import { address, name, phoneNumber, pick } from './invented.ts'
import { studentPart } from './student-part.ts'

/** A person of 3 to 6 kB, sensitive fields included, as the pipelines send them. The same facts give the same document. */
export function personDocument(facts: PersonFacts): Record<string, unknown> {
  const random = seededRandom(facts.seed, 'person', facts.index)
  const { versions, populations, index } = facts
  const basic = personBasic(random, versions)
  return {
    personid: facts.buid,
    personBasic: index % 37 === 5 ? [basic] : basic,
    personDetails: personDetails(random, index),
    email: ordered(versions, emails(random, facts)),
    phone: ordered(versions, phones(random)),
    ...(populations.includes('student') ? { studentInfo: studentPart(facts) } : index % 29 === 3 ? { studentInfo: null } : {}),
    ...(populations.includes('employee') || populations.includes('faculty') ? { employeeInfo: employeePart(facts) } : {}),
    ...(populations.includes('affiliate') ? { affiliateInfo: affiliatePart(facts) } : {}),
  }
}

function ordered<T>(versions: Versions, list: T[]): T[] {
  return (versions.order ?? 0) % 2 === 0 ? list : list.toReversed()
}

function personBasic(random: () => number, versions: Versions): Record<string, unknown> {
  const { firstName, lastName } = name(random)
  const changed = versions.name === undefined ? '' : ` ${versions.name}`
  const secret = `000-${10 + Math.floor(random() * 90)}-${String(Math.floor(random() * 9000) + (versions.sensitive ?? 0)).padStart(4, '0')}`
  return {
    names: [
      { type: { code: 'PRI', description: 'Primary' }, firstName, middleName: null, lastName: `${lastName}${changed}`, isPreferred: true },
      { type: { code: 'PRF', description: 'Preferred' }, firstName: firstName.slice(0, 3), middleName: null, lastName, isPreferred: false },
    ],
    birthDate: `${1960 + Math.floor(random() * 48)}-0${1 + Math.floor(random() * 9)}-${10 + Math.floor(random() * 18)}`,
    pronouns: pick(random, ['she/her', 'he/him', 'they/them'] as const),
    ssn: secret,
    socialSecurityNumber: secret.replaceAll('-', ''),
    sexualOrientation: 'withheld',
    citizenship: [{ country: { code: 'USA', description: 'United States' }, status: { code: '1', description: 'Native' } }],
    ethnicity: [{ code: 'NSPEC', description: 'Not specified', isPrimary: true, source: 'Self reported' }],
    maritalStatus: { code: 'U', description: 'Unknown', effectiveDate: '2020-01-01' },
    language: [{ code: 'ENG', description: 'English', isNative: true, canTranslate: false }],
    visa: null,
    isDeceased: false,
  }
}

function personDetails(random: () => number, index: number): Record<string, unknown> {
  const contact = () => ({
    ...name(random),
    relationship: pick(random, ['Parent', 'Spouse', 'Sibling', 'Friend'] as const),
    isPrimary: true,
    phone: phoneNumber(random),
    address: address(random, 'HOME'),
  })
  const contacts = Array.from({ length: 1 + (index % 2) }, contact)
  return {
    // Now and then a sensitive field stands where none is expected.
    emergencyContact: index % 41 === 7 ? contacts.map((one) => ({ ...one, identity: { ssn: '000-00-0000' } })) : contacts,
    group: Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
      code: pick(random, ['HONR', 'ATHL', 'VETS', 'ORNT', 'PEER'] as const),
      description: 'A group of the university',
      status: { code: 'A', description: 'Active' },
      comment: 'Joined at the beginning of a term; membership is renewed every year.',
      effectiveDate: `202${Math.floor(random() * 6)}-09-01`,
    })),
  }
}

function emails(random: () => number, { index, versions }: PersonFacts): Record<string, unknown>[] {
  const mailbox = `person${index + 1}`
  const version = versions.contact === undefined ? '' : `.${versions.contact}`
  return [
    { type: { code: 'CAMP', description: 'Campus' }, address: `${mailbox}${version}@campus.example`, isPreferred: true },
    { type: { code: 'HOME', description: 'Home' }, address: `${mailbox}.${Math.floor(random() * 900)}@home.example`, isPreferred: false },
  ]
}

function phones(random: () => number): Record<string, unknown>[] {
  return [
    { type: { code: 'CELL', description: 'Mobile' }, number: phoneNumber(random), countryCode: '1', isPreferred: true },
    { type: { code: 'HOME', description: 'Home' }, number: phoneNumber(random), countryCode: '1', isPreferred: false },
  ]
}

function affiliatePart(facts: PersonFacts): Record<string, unknown> {
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
