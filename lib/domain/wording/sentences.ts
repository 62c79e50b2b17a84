/** Words as they begin a line. */
export function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** Whether words end as a sentence does, so that no stop comes after them. */
export function endsSentence(words: string): boolean {
  return /[.!?…]$/.test(words)
}
