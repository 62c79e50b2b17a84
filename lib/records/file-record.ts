import type { JsonValue } from '#lib/domain/values/json.ts'

/** Where a record stands in a store of files. */
export interface PlaceInFile {
  bucket: string
  key: string
  /** In a JSON list, its place. */
  line: number
}

/** Stands in an extract for a record that knows where it stands, which tells it from all others. */
export class FileRecord {
  readonly at: PlaceInFile
  readonly value: JsonValue

  constructor(at: PlaceInFile, value: JsonValue) {
    this.at = at
    this.value = value
  }
}

/** Where a record stands, as rows put aside are named. */
export function placeInWords({ bucket, key, line }: PlaceInFile): string {
  return `${bucket === '' ? key : `${bucket}/${key}`} line ${line}`
}
