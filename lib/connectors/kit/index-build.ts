import type { Field } from '#lib/domain/contracts/field.ts'
import type { ColumnType } from '#lib/domain/values/column-type.ts'

/** One build of an index, as a run wants it. */
export interface WantedBuild {
  /** The name that readers ask: it leads to this build only once that is whole. */
  alias: string
  /** A build of an earlier attempt of the same run is gone on with, and taken from it. */
  runId: string
  attempt: number
  /** The columns that are known beforehand; others are taken as they come. */
  fields: readonly IndexField[]
}

export interface IndexField {
  name: string
  type: ColumnType | null
  /** It tells documents apart. */
  isKey: boolean
  /** What the contract of the source promises of it; absent: nothing. */
  promised?: Field
  /** How people want it kept, as the cluster takes it; absent: as the rest says. */
  mapping?: object
}

/** A document with its id: put again, it replaces itself. */
export interface IndexDocument {
  id: string
  json: string
}

/** A document that will never be taken as it is, and why; the reason repeats no value. */
export interface RefusedDocument {
  id: string
  reason: string
}

export interface Begun {
  /** Names this build, and no other one ever. */
  name: string
  /** False: it was begun before, and holds what was put then. */
  isNew: boolean
  /** What readers find now; null: nothing yet. */
  documentsBefore: number | null
}

/** An index that is built aside: nobody sees it before it is published, and then all of it. All of it is safe to repeat. */
export interface IndexBuild {
  /**
   * Goes on with the build of this run, or begins one; `anew`: what was put before is thrown away. Throws where its name is something else’s, and `fenced`
   * where a later attempt has it.
   */
  begin(options?: { anew?: boolean }): Promise<Begun>
  /** Puts documents; what there is no room for now is put again until there is. */
  put(documents: readonly IndexDocument[]): Promise<RefusedDocument[]>
  /** Makes all of it findable and compares it with what it should hold; throws where that is not so. */
  seal(documents: number): Promise<void>
  /** From now on readers find this build in place of the one before, in one step. */
  publish(): Promise<void>
  /** Removes all builds but the one that readers find and the one before; answers their names. */
  tidy(): Promise<string[]>
  /** Throws this build away, unless another attempt has it by now. */
  drop(): Promise<void>
}

/** The build with something around each of its steps. */
export function aroundBuild(build: IndexBuild, around: <T>(step: () => Promise<T>) => Promise<T>): IndexBuild {
  return {
    begin: (options) => around(() => build.begin(options)),
    put: (documents) => around(() => build.put(documents)),
    seal: (documents) => around(() => build.seal(documents)),
    publish: () => around(() => build.publish()),
    tidy: () => around(() => build.tidy()),
    drop: () => around(() => build.drop()),
  }
}
