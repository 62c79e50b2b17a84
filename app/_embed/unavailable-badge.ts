import type { Badge } from './badge-svg.ts'

/** Why an embed cannot say how anything stands. */
export type WhyNot = 'missing' | 'trouble' | 'broken' | 'unframed'

const WORDS: Record<WhyNot, { standing: string; problem: string }> = {
  missing: { standing: 'Nothing to show', problem: 'There is no such thing, or its key is not valid any more' },
  trouble: { standing: 'Status unknown', problem: 'The database of this page does not answer right now' },
  unframed: {
    standing: 'Not for frames',
    problem: 'page.embedIn in the catalogue names no site that may show this in a frame; the badge is an image and stands anywhere',
  },
  broken: { standing: 'Status unknown', problem: 'This page cannot tell right now how it stands' },
}

/** The grey badge that stands where no status can: never a broken image, never what was true before. */
export function unavailableBadge(why: WhyNot): Badge {
  const { standing, problem } = WORDS[why]
  return {
    status: why === 'missing' || why === 'unframed' ? 'none' : 'unknown',
    name: 'Tidemark',
    word: standing,
    standing,
    reach: null,
    problem,
    whole: `${standing}. ${problem}.`,
  }
}
