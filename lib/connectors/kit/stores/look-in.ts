import { counted } from '#lib/domain/wording/numbers.ts'
import type { Store } from './store.ts'

const NAMED_MAX = 5

/** Whether we get into a store, into those buckets of it that are named, and to its queue; in words, or it throws. */
export async function lookIn(
  store: Store,
  named: readonly string[] | undefined,
  queue: { waiting(): Promise<number> } | null,
): Promise<string> {
  for (const bucket of named ?? []) for await (const _ of store.pages(bucket, '', { perPage: 1 })) break
  const names = await store.buckets()
  const more = names.length > NAMED_MAX ? ' and more' : ''
  const listed =
    names.length === 0 ? 'We get in, and nothing is there for us' : `We may look into ${names.slice(0, NAMED_MAX).join(', ')}${more}`
  return queue === null ? `${listed}.` : `${listed}; about ${counted(await queue.waiting(), 'message')} in the queue.`
}
