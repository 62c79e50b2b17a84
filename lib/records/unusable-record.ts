/** Stands in an extract for a row that could not be read; it is put aside under its place, and the others are used. */
export class UnusableRecord {
  /** Where it stands, in words: `line 17`. */
  readonly place: string
  /** Completes "the row …"; never repeats a value. */
  readonly reason: string

  constructor(place: string, reason: string) {
    this.place = place
    this.reason = reason
  }
}
