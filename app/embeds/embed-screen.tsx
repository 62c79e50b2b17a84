import { frameOf } from '#app/_embed/answer-embed.ts'
import { renderBadge } from '#app/_embed/badge-svg.ts'
import { EmbedCodes } from '#app/_embed/embed-codes.tsx'
import { frameImage } from '#app/_embed/frame-html.ts'
import { Said } from '#app/_ui/alone-shell.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { createEmbedPath, embedsPath, overviewPath, signInToPath, subjectPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { TokenList } from '#app/_ui/tokens/token-list.tsx'
import type { embedKeysOf } from '#lib/access/tokens.ts'
import { TOKEN_DAYS_MAX } from '#lib/domain/access/token-rules.ts'
import type { EmbedPage } from '#lib/queries/embeds/embed-page.ts'

interface EmbedScreenProps {
  found: EmbedPage
  /** Null for who is not a person here, and so has none. */
  keys: Awaited<ReturnType<typeof embedKeysOf>> | null
  said: string | null
}

/** What something looks like in other pages, what is pasted there, and the keys that were made for it. */
export function EmbedScreen({ found, keys, said }: EmbedScreenProps) {
  const { embed, banners, isPublic } = found
  const { page, kind, name } = embed
  const origins = page.embedIn ?? []
  return (
    <PageShell
      page={page}
      now={embed.now}
      banners={banners}
      shows={[`${kind}:${embed.key}`]}
      crumbs={[
        ['All feeds', overviewPath],
        [name, subjectPath(embed)],
      ]}
    >
      <header className="max-w-[880px] pt-4 pb-6">
        <h1>
          Embed <bdi>{name}</bdi>
        </h1>
        <p className="lead">
          A badge or a small frame that says in another page how this {kind} stands: a wiki, a README, a tile of a dashboard.
        </p>
        <Said words={said} />
      </header>
      <Section title="How it looks now" note="in light or dark, as its reader prefers">
        <Preview embed={embed} />
      </Section>
      {isPublic ? (
        <Section title="Put it there" note="Everybody may see it: it needs no key.">
          <EmbedCodes url={page.url} shows={embed} token={null} isFramed={origins.length > 0} />
        </Section>
      ) : (
        <Section title="Make its address">
          {keys === null ? (
            <p>
              Its address needs a key. <a href={signInToPath(embedsPath(embed))}>Sign in</a> to make one.
            </p>
          ) : (
            <MakeKey subject={`${kind}:${embed.key}`} />
          )}
        </Section>
      )}
      {keys !== null && (keys.length > 0 || !isPublic) && (
        <Section title="Its keys" note="A key that ends turns its badges grey at once.">
          <TokenList tokens={keys} now={embed.now} withOwner back={`${kind}:${embed.key}`} />
        </Section>
      )}
      <Frames origins={origins} />
    </PageShell>
  )
}

function Preview({ embed }: { embed: EmbedPage['embed'] }) {
  const frame = frameOf(embed)
  const form = { theme: 'auto', width: null, isLine: false } as const
  return (
    <div className="flex flex-wrap items-start gap-x-10 gap-y-6">
      <Shown title="Badge" svg={renderBadge(frame, form)} alt={frame.whole} />
      <Shown title="Frame" svg={frameImage(frame)} alt={frame.whole} />
      <Shown title="On one line" svg={renderBadge(frame, { ...form, isLine: true })} alt={frame.whole} />
    </div>
  )
}

function Shown({ title, svg, alt }: { title: string; svg: string; alt: string }) {
  return (
    <figure className="max-w-full">
      <figcaption className="mb-2 text-note text-muted">{title}</figcaption>
      {/* biome-ignore lint/performance/noImgElement: it is in the page already, and nothing to fetch or to scale */}
      <img className="max-w-full" src={`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`} alt={alt} />
    </figure>
  )
}

function MakeKey({ subject }: { subject: string }) {
  return (
    <form method="post" action={createEmbedPath} className="entry-form mt-0" autoComplete="off">
      <input type="hidden" name="subject" value={subject} />
      <label>
        <span>Where it will stand</span>
        <input type="text" name="name" required maxLength={80} aria-describedby="embed-name" />
        <small id="embed-name">So that you know it again: “Finance wiki, month-end page”.</small>
      </label>
      <label>
        <span>It ends after</span>
        <select name="days" defaultValue={String(TOKEN_DAYS_MAX)}>
          <option value="30">30 days</option>
          <option value="90">90 days</option>
          <option value={TOKEN_DAYS_MAX}>a year</option>
        </select>
        <small>Its address is told once. Whoever has it sees this and nothing else, for as long as you do.</small>
      </label>
      <button type="submit" className="button primary justify-self-start">
        Make its address
      </button>
    </form>
  )
}

function Frames({ origins }: { origins: readonly string[] }) {
  return (
    <Section title="Frames">
      {origins.length === 0 ? (
        <p className="max-w-prose">
          No site may show it in a frame: <code>page.embedIn</code> in the catalogue names none. The badge is an image and stands anywhere.
        </p>
      ) : (
        <p className="max-w-prose">
          Pages of these sites may show it in a frame, as <code>page.embedIn</code> in the catalogue says:{' '}
          {origins.map((origin, index) => (
            <span key={origin}>
              {index > 0 && ', '}
              <code>{origin}</code>
            </span>
          ))}
          . The badge is an image and stands anywhere.
        </p>
      )}
    </Section>
  )
}
