import { CopyButton } from '#app/_ui/actions/copy-button.tsx'
import { subjectPath } from '#app/_ui/paths.ts'
import type { EmbedKind } from '#lib/queries/embeds/embed-subject.ts'
import { type EmbedForm, embedPath } from './embed-address.ts'
import { FRAME_SIZE } from './frame-html.ts'

interface Shown {
  kind: EmbedKind
  key: string
  name: string
}

interface EmbedCodesProps {
  /** The address of the page. */
  url: string
  shows: Shown
  /** What its addresses need; null: nothing. */
  token: string | null
  /** Whether any site may frame it. */
  isFramed: boolean
}

/** What is pasted into another page, to be copied; made again each time but for the key. */
export function EmbedCodes({ url, shows, token, isFramed }: EmbedCodesProps) {
  const address = (form: EmbedForm, question = '') => {
    const asked = [token === null ? '' : `key=${token}`, question].filter((part) => part !== '').join('&')
    return `${url}${embedPath(shows, form)}${asked === '' ? '' : `?${asked}`}`
  }
  const page = `${url}${subjectPath(shows)}`
  const alt = `${shows.name}: how its data stand`
  const image = `<img src="${inHtml(address('badge.svg'))}" alt="${inHtml(alt)}">`
  return (
    <div className="grid max-w-[880px] gap-6">
      <Code title="Markdown" note="a README, a wiki, a text tile of Looker" code={linkedImage(alt, address('badge.svg'), page)} />
      <Code
        title="HTML"
        note="an image that leads here"
        code={`<a href="${inHtml(page)}" target="_blank" rel="noopener noreferrer">${image}</a>`}
      />
      {isFramed && (
        <Code
          title="Frame"
          note="text that can be selected and read aloud, with its link"
          code={`<iframe src="${inHtml(address('frame'))}" title="${inHtml(alt)}" width="${FRAME_SIZE.width}" height="${FRAME_SIZE.height}" loading="lazy" referrerpolicy="no-referrer" style="border:0"></iframe>`}
        />
      )}
      <Code title="On one line" note="for a table, or beside a heading" code={linkedImage(alt, address('badge.svg', 'lines=1'), page)} />
    </div>
  )
}

function Code({ title, note, code }: { title: string; note: string; code: string }) {
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h3>
          {title} <span className="font-normal text-muted">{note}</span>
        </h3>
        <CopyButton text={code} of="code" />
      </div>
      <pre className="rounded bg-sheet px-4 py-3 text-[13px] whitespace-pre-wrap wrap-anywhere select-all">{code}</pre>
    </div>
  )
}

function inHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** In Markdown; a parenthesis would end an address. */
function linkedImage(alt: string, image: string, page: string): string {
  const bare = (address: string) => address.replaceAll('(', '%28').replaceAll(')', '%29')
  return `[![${inMarkdown(alt)}](${bare(image)})](${bare(page)})`
}

/** What would end the text of a link, or be markup in it. */
function inMarkdown(text: string): string {
  return text.replaceAll(/[\\[\]`*_<>]/g, String.raw`\$&`)
}
