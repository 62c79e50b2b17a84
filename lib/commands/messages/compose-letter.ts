import type { ClaimedLetter, Letter } from '#lib/db/messages/letters.ts'
import type { Page } from '#lib/db/settings.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import type { LetterText } from '#lib/notifiers/email/letter.ts'
import { formatTime } from './compose.ts'
import { reportTitle } from './report-news.ts'

type Told = Pick<ClaimedLetter, 'toConfirm' | 'reported'>

/** What each kind says before and after its link. */
const SAYS: Record<
  Letter['kind'],
  (letter: Letter, pageName: string, claimed: Told) => Pick<LetterText, 'subject' | 'paragraphs' | 'after'>
> = {
  invitation: ({ by, role }, page) => ({
    subject: `You are invited to ${page}`,
    paragraphs: [
      `${by ?? 'An admin'} invites you to ${page}, where you see whether data is fresh, since when, and why not${roleInWords(role)}.`,
      'Follow this link to choose a password:',
    ],
    after: ['If you do not know what this is about, do nothing: nobody can use your address without the link.'],
  }),
  reset: (_letter, page) => ({
    subject: `Another password for ${page}`,
    paragraphs: [`Somebody, probably you, has said that you forgot your password for ${page}.`, 'Follow this link to choose another one:'],
    after: ['All your sessions end when you do. If it was not you, do nothing: your password stays as it is.'],
  }),
  'password-changed': (_letter, page) => ({
    subject: `Your password for ${page} was changed`,
    paragraphs: [`Your password for ${page} was changed just now, and your other sessions ended.`],
    after: ['If it was not you, ask for another password at the sign-in page at once, and tell an admin.'],
  }),
  subscription: (_letter, page, { toConfirm }) => ({
    subject: `May ${page} write to you?`,
    paragraphs: [
      `Somebody, probably you, asked ${page} to write to this address when something is wrong with ${listInWords(toConfirm?.names ?? [])}, and when it is well again.`,
      'Follow this link and confirm it:',
    ],
    after: ['This can be confirmed for a day.', 'If it was not you, do nothing: nothing else is sent to you.'],
  }),
  report: (_letter, _page, { reported }) => {
    const subject = reportTitle(reported ?? { by: 'Somebody', feedName: 'a feed' })
    const lines = (reported?.text ?? '').split('\n').filter((line) => line.trim() !== '')
    return {
      subject,
      paragraphs: [`${subject}${reported?.asset ? `, seen in ${reported.asset}` : ''}:`, ...lines, 'This is the page of the feed:'],
      after: ['It stands there for engineers until one of them settles it.'],
    }
  },
}

function roleInWords(role: string | null): string {
  if (role === 'admin') return ', and look after all of it'
  return role === 'engineer' ? ', and load what is stale' : ''
}

/** A letter in words; `link` is the address in it. */
export function composeLetter(claimed: Pick<ClaimedLetter, 'letter' | 'linkEndsAt'> & Told, link: string | null, page: Page): LetterText {
  const { letter, linkEndsAt } = claimed
  const { subject, paragraphs, after } = SAYS[letter.kind](letter, page.name, claimed)
  const ends = linkEndsAt === null || link === null ? [] : [`The link works once, until ${formatTime(linkEndsAt, page.zone)}.`]
  return {
    subject,
    paragraphs: [`Hello${letter.name === null ? '' : ` ${letter.name}`},`, ...paragraphs],
    link,
    after: [...ends, ...after],
    pageName: page.name,
  }
}
