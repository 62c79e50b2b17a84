import type { JobFault } from '#demo/startup/job-faults.ts'

/** What may come in place of an answer of which `maker` says how it is written, and what is said then of the system in these words. */
export function spoiltAnswers(maker: string, system: string): [words: string, fault: JobFault, said: string][] {
  return [
    ['is cut off', { kind: 'cut-off' }, 'broke the connection in the middle'],
    ['is no JSON', { kind: 'garbage' }, 'it is not JSON'],
    ['is a web page', { kind: 'html-page' }, 'web page'],
    ['is of another shape', { kind: 'other-shape' }, `not as ${maker} writes it`],
    ['does not come', { kind: 'silent' }, 'did not begin to answer in time'],
    ['is that nothing works', { kind: 'server-error' }, system],
  ]
}
