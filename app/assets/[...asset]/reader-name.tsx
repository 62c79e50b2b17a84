import { subjectPath } from '#app/_ui/paths.ts'
import type { NamedReader } from '#lib/queries/catalogue/contract-readers.ts'

/** A reader that a contract names: a link where it is something here. */
export function ReaderName({ name, readers }: { name: string; readers: readonly NamedReader[] }) {
  const subject = readers.find((reader) => reader.name === name)?.subject ?? null
  return <bdi>{subject === null ? name : <a href={subjectPath(subject)}>{name}</a>}</bdi>
}
