import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { UNSEEN, UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import type { HeldByRun as Root } from '#lib/queries/shared/roots.ts'
import { HeldBy } from './held-by.tsx'

const unseen: Root = {
  ...{ id: null, key: null, name: UNSEEN, feedKey: null, feedName: null, promised: false, status: null, reason: null, since: 0 },
  ...{ run: null, failedRun: null, system: null },
}

it('what the reader does not see stands for itself, each with since when', () => {
  const markup = renderToStaticMarkup(<HeldBy roots={[unseen, { ...unseen, since: 86_400_000 }]} />)
  expect(markup.match(/<li>.*?<\/li>/gs)?.map((line) => line.split(UNSEEN_FIRST).length)).toEqual([2, 2])
})
