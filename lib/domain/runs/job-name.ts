/** A job of another system in words: by the name that its system gives it, and by what assets name it. `Nightly build (job 70403)` */
export function jobInWords(job: string, name: string | null): string {
  return name === null ? job : `${name} (job ${job})`
}

/** The same where nothing beside it says whose it is: `Nightly build (dbt/70403)`. */
export function jobOfSystemInWords(key: string, name: string | null): string {
  return name === null ? key : `${name} (${key})`
}
