import type { SendOutcome } from '#lib/notifiers/notifier.ts'

type Refusal = Extract<SendOutcome, { ok: false }>

function numberOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return null
  return typeof error.responseCode === 'number' ? error.responseCode : null
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

const MEANINGS: Record<number, string> = {
  421: 'the service is closing',
  450: 'the mailbox is busy',
  451: 'an error of its own',
  452: 'it has no space left',
  530: 'it wants a login first',
  535: 'it refuses the login',
  550: 'the mailbox does not exist, or does not take our mail',
  552: 'the mail is too large, or the mailbox is full',
  554: 'it refuses the mail',
}

export function toAnswerOutcome(status: number): Refusal {
  const meaning = MEANINGS[status]
  const problem = `The mail server answered ${status}${meaning === undefined ? '' : `: ${meaning}`}.`
  return { ok: false, kind: status >= 500 ? 'rejected' : 'retry', problem }
}

const LINE: Record<string, string> = {
  EDNS: 'The mail server’s name cannot be resolved.',
  ECONNECTION: 'The mail server cannot be reached, or it closed the line.',
  ESOCKET: 'There is no line to the mail server, or it broke, or its certificate is not to be trusted.',
  ETIMEDOUT: 'The mail server did not answer in time.',
  ETLS: 'The mail server does not offer the encryption asked for.',
  EAUTH: 'The mail server refuses the login.',
  EENVELOPE: 'The sender or receiver is not an address a mail server takes.',
  EMESSAGE: 'The mail server refuses the mail.',
}

export function toMailOutcome(error: unknown): Refusal {
  const status = numberOf(error)
  if (status !== null && status >= 400) return toAnswerOutcome(status)
  const code = codeOf(error)
  return {
    ok: false,
    kind: code === 'EENVELOPE' ? 'rejected' : 'retry',
    problem: LINE[code] ?? 'The mail could not be handed to the mail server.',
  }
}
