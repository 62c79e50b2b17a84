/** Words as they begin a line. */
export function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** As a line of its own: a word begins it with a capital, a name of another system stays as it is. */
export function asLine(words: string): string {
  return /^[a-z]+[ ,]/.test(words) ? capital(words) : words
}

/** Whether words end as a sentence does, so that no stop comes after them. */
export function endsSentence(words: string): boolean {
  return /[.!?…]$/.test(words)
}
