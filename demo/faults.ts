export type Fault = {
  flow: string
  /** First and last local day before the day of the first start; below zero: it still goes wrong. */
  days: readonly [first: number, last: number]
  /** When and by whom it was run again. */
  again?: string
  by?: string
} & (
  | { ends: 'failed'; minutes: number; problem: string; failure?: string }
  | { ends: 'timed-out' }
  | { ends: 'slow'; minutes: number }
  | { ends: 'partial'; refused?: number; reason?: string; incomplete?: string }
)

const REGISTRAR = 'registrar-data@riverside.example'
const IDENTITY = 'identity@riverside.example'
const STILL = Number.NEGATIVE_INFINITY

/** The faults of the past ninety days; the first that fits a day counts. */
export const FAULTS: readonly Fault[] = [
  {
    flow: 'term',
    days: [33, 33],
    ends: 'failed',
    minutes: 2,
    problem: 'PeopleSoft refused the login (401). Check DEMO_USER and DEMO_PASSWORD.',
    again: '08:10',
    by: REGISTRAR,
  },
  {
    flow: 'course',
    days: [11, 11],
    ends: 'failed',
    minutes: 9,
    problem: 'The course API answered 503 to every term, five times over.',
    again: '09:05',
    by: REGISTRAR,
  },
  {
    flow: 'course',
    days: [47, 47],
    ends: 'partial',
    incomplete: 'One of four terms could not be read: the connection was cut in the middle of the answer.',
  },
  {
    flow: 'enrolment',
    days: [41, 40],
    ends: 'failed',
    minutes: 3,
    problem: 'The table registrar.enrolments was locked by somebody else for longer than 2 min.',
  },
  {
    flow: 'person',
    days: [58, 58],
    ends: 'failed',
    minutes: 4,
    problem: 'SAP gave no employees at all. Nobody was loaded and nobody deleted.',
    again: '10:20',
    by: IDENTITY,
  },
  {
    flow: 'person',
    days: [24, 24],
    ends: 'partial',
    incomplete: 'The term lookups of 71 people failed; they are postponed and keep what is known of them.',
  },
  { flow: 'person', days: [6, 6], ends: 'slow', minutes: 214 },
  {
    flow: 'accounts',
    days: [37, 37],
    ends: 'failed',
    minutes: 1,
    problem: 'The directory gave exactly as many entries as its limit allows: the answer is cut off.',
    again: '09:40',
    by: IDENTITY,
  },
  {
    flow: 'library-patrons',
    days: [28, 27],
    ends: 'failed',
    minutes: 12,
    problem: 'The library server has no space left: the file was not delivered, nothing of it is there.',
  },
  { flow: 'housing-rooms', days: [70, 70], ends: 'partial', refused: 14, reason: 'inspected_on: "0000-00-00" is not a date' },
  { flow: 'hr-employees', days: [51, 51], ends: 'timed-out', again: '11:30', by: 'hr-data@riverside.example' },
  { flow: 'hr-changes', days: [15, 15], ends: 'failed', minutes: 2, problem: 'SAP answered with a logon page instead of data.' },
  {
    flow: 'bursar-payments',
    days: [54, 52],
    ends: 'failed',
    minutes: 1,
    problem: 'The answer holds 31 rows, the table 1,790: it is not believed.',
  },
  {
    flow: 'bursar-refunds',
    days: [22, 22],
    ends: 'failed',
    minutes: 6,
    problem: 'The bank refused the file: permission denied for refunds.',
  },
  { flow: 'housing-assignments', days: [19, 18], ends: 'failed', minutes: 5, problem: 'The housing database does not answer.' },
  { flow: 'dining-transactions', days: [9, 9], ends: 'failed', minutes: 1, problem: 'The tills answered 502 three times over.' },
  { flow: 'parking-permits', days: [44, 44], ends: 'partial', refused: 9, reason: 'valid_until: "31/02/2027" is not a date' },
  {
    flow: 'parking-permits',
    days: [13, 12],
    ends: 'failed',
    minutes: 4,
    problem: 'The parking API asked for patience (429) longer than the run may wait.',
  },
  {
    flow: 'parking-visitors',
    days: [3, STILL],
    ends: 'failed',
    minutes: 1,
    problem: 'HTTP (parking_visitors) refused our credentials (401).',
    failure: 'refused 401',
  },
  {
    flow: 'health-appointments',
    days: [31, 31],
    ends: 'failed',
    minutes: 45,
    problem: 'The answer ended in the middle of a record.',
    again: '13:15',
    by: 'health-it@riverside.example',
  },
  {
    flow: 'health-clinic',
    days: [66, 66],
    ends: 'failed',
    minutes: 3,
    problem: 'The server showed a host key we do not know. Nothing was sent.',
    again: '09:00',
    by: 'health-it@riverside.example',
  },
  { flow: 'alumni-addresses', days: [77, 77], ends: 'slow', minutes: 51 },
  {
    flow: 'alumni-graduates',
    days: [46, 40],
    ends: 'failed',
    minutes: 2,
    problem: 'The fundraiser refused the delivery (413): the file is too large.',
  },
  { flow: 'research-grants', days: [35, 29], ends: 'failed', minutes: 8, problem: 'The answer was empty; the grants in the lake stay.' },
  { flow: 'facilities-work-orders', days: [1, 0], ends: 'failed', minutes: 2, problem: 'The work order system cannot be reached.' },
  { flow: 'facilities-work-orders', days: [61, 61], ends: 'failed', minutes: 2, problem: 'The work order system cannot be reached.' },
  {
    flow: 'daily-revenue',
    days: [23, 23],
    ends: 'failed',
    minutes: 3,
    problem: 'Operation on target SumInvoices failed: ErrorCode=SqlOperationFailed, Message=The disk for temporary files is full.',
  },
  {
    flow: 'segments',
    days: [16, 15],
    ends: 'failed',
    minutes: 2,
    problem: 'The answer holds 9 rows, the table 58: it is not believed.',
    again: '10:40',
    by: 'marketing@fernhill.example',
  },
]
