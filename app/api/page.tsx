import type { Metadata } from 'next'
import { apiDocument } from '#app/_api/document.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { accountTokensPath, openApiPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { getAdminFrame } from '#lib/queries/shared/admin-frame.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { OperationList } from './operation-list.tsx'
import { ShapeList } from './shape-list.tsx'

export const metadata: Metadata = { title: 'API' }
export const dynamic = 'force-dynamic'

/** What programs can ask for and order, made of the same document that machines read. */
export default async function ApiPage() {
  const context = await requestContext()
  const [frame, { url }] = await Promise.all([getAdminFrame(context), getPageAccess(context)])
  const { page, now, banners } = frame
  const document: unknown = JSON.parse(JSON.stringify(apiDocument({ url })))
  return (
    <PageShell page={page} now={now} banners={banners} shows={null} place="api">
      <div className="hero">
        <h1>API</h1>
        <p className="lead">
          Everything on these pages, for programs. For machines: <a href={openApiPath}>the same as an OpenAPI 3.1 document</a>.
        </p>
      </div>
      <div className="grid gap-x-16 gap-y-6 lg:grid-cols-2">
        <div className="max-w-prose">
          <p>
            Whoever asks sees what they may see here. A program brings <a href={accountTokensPath}>a token</a>; what is refused is said in
            words, as <code>{'{ "problem": "…" }'}</code>.
          </p>
          <p className="mt-3">
            Lists come in pages: give the <code>next</code> of an answer back as <code>cursor</code>. To keep a copy, ask for all of it once
            as lines (<code>?format=ndjson</code>), then with <code>changedSince</code>. What they answer has a tag; sent back as{' '}
            <code>If-None-Match</code>, it saves asking twice.
          </p>
        </div>
        <pre className="rounded border whitespace-pre-wrap wrap-anywhere border-line bg-sheet px-4 py-3 text-[13px]/5">{examples(url)}</pre>
      </div>
      <OperationList document={document} />
      <Section title="Shapes" note="What answers are made of. All of a shape is always there, unless it says otherwise.">
        <ShapeList document={document} />
      </Section>
    </PageShell>
  )
}

function examples(url: string): string {
  return [
    'AUTH="Authorization: Bearer $TIDEMARK_TOKEN"',
    '',
    '# every asset, one a line',
    `curl --compressed -H "$AUTH" "${url}/api/v1/assets?format=ndjson"`,
    '',
    '# go on as soon as the terms are fresh',
    `curl -H "$AUTH" "${url}/api/v1/feeds/terms/gate?wait=50"`,
    '',
    '# run a flow',
    `curl -H "$AUTH" --json '{}' "${url}/api/v1/flows/term/runs"`,
  ].join('\n')
}
