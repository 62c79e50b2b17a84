import { capital, endsSentence } from './sentences.ts'
import { reasonInWords } from './words.ts'

/** A run that failed, as far as people are told of it. */
export interface Failure {
  /** Its own words, on one line; null: it has none. */
  says: string | null
  /** How often in a row its flow or job has failed in the same way; `isMore`: no further back is known. */
  inARow: number
  isMore: boolean
  /** It runs once a night. */
  isNightly: boolean
}

const COUNTS = ['Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten']
const ORDINALS = ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']

/** Why something is not fresh, as the run says that should have loaded it, and how often that was so: `SAP could not be read. Five nights in a row the same error.` */
export function failureInWords(failure: Failure): string {
  const says = failure.says ?? capital(reasonInWords('run-failed'))
  const often = howOften(failure)
  return `${endsSentence(says) ? says : `${says}.`}${often === null ? '' : ` ${often}`}`
}

/** How often a run failed in the same way, as a sentence; null: for the first time. */
export function howOften({ inARow, isMore, isNightly }: Failure): string | null {
  if (inARow < 2) return null
  if (isNightly) return `${isMore ? `More than ${inARow}` : (COUNTS[inARow - 2] ?? inARow)} nights in a row the same error.`
  if (isMore) return `It has failed in the same way more than ${inARow} times in a row.`
  return `It failed in the same way for the ${ORDINALS[inARow - 2] ?? ordinal(inARow)} time in a row.`
}

function ordinal(count: number): string {
  const ending = count % 100 >= 11 && count % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${ending}`
}
