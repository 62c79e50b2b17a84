import { subjectPath } from '#app/_ui/paths.ts'
import type { WorkView } from '#lib/queries/shared/work.ts'

/** What a pause or announced work is about, at the head of its entry in a list. */
export function WorkSubject({ subject }: Pick<WorkView, 'subject'>) {
  if (subject === null) return <strong>Everything on this page</strong>
  const { kind, name } = subject
  return (
    <>
      <a className="font-semibold" href={subjectPath(subject)}>
        <bdi>{name}</bdi>
      </a>{' '}
      <span className="muted">{kind === 'group' ? 'service group' : kind}</span>
    </>
  )
}
