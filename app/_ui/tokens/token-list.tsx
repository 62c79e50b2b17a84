import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { embedsPath, endTokenPath } from '#app/_ui/paths.ts'
import { Age, Time } from '#app/_ui/time.tsx'
import type { ownTokens } from '#lib/access/tokens.ts'

type Token = Awaited<ReturnType<typeof ownTokens>>[number]

interface TokenListProps {
  tokens: readonly Token[]
  now: number
  /** Whose they are is said where they are of several people. */
  withOwner?: boolean
  /** What they show, where that page is to be gone back to. */
  back?: string
}

const MAY: Record<Token['scopes'][number], string> = { read: 'read', run: 'read and order', push: 'hand in' }

/** Tokens as a table, those that can be used first; each can be ended from here. */
export function TokenList({ tokens, now, withOwner = false, back }: TokenListProps) {
  const isLive = ({ endedAt, expiresAt }: Token) => endedAt === null && expiresAt > now
  const sorted = [...tokens.filter(isLive), ...tokens.filter((token) => !isLive(token))]
  if (sorted.length === 0) return <p className="muted">{withOwner ? 'Nobody has made one.' : 'You have made none yet.'}</p>
  return (
    <table className="table stacked w-full">
      <thead>
        <tr>
          <th scope="col">Token</th>
          {withOwner && <th scope="col">Owner</th>}
          <th scope="col">May</th>
          <th scope="col">Last used</th>
          <th scope="col">Ends</th>
          <th scope="col">
            <span className="sr-only">What can be done</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((token) => (
          <tr key={token.id} className={isLive(token) ? undefined : 'text-muted'}>
            <th scope="row" className="text-start font-medium" dir="auto">
              {token.name} <span className="font-normal text-muted">…{token.hint}</span>
            </th>
            {withOwner && (
              <td data-label="Owner" dir="auto">
                {token.ownerName}
              </td>
            )}
            <td data-label="May">
              <May token={token} isHere={back !== undefined} />
              {token.audience !== null && <span className="text-muted">, sees {token.audience}</span>}
            </td>
            <td data-label="Last used">
              {token.lastUsedAt === null ? <span className="text-muted">never</span> : <Age at={token.lastUsedAt} past />}
            </td>
            <td data-label="Ends">
              <End token={token} now={now} />
            </td>
            <td className="max-md:col-span-full max-md:mt-2 md:w-80 md:pe-0 md:text-end [&_.confirm>div]:text-start">
              {isLive(token) && <EndToken token={token} back={back} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function May({ token, isHere }: { token: Token; isHere: boolean }) {
  const { kind, shows } = token
  if (shows === null) return kind === 'address' ? 'be part of an address' : mayInWords(token)
  if (isHere) return 'show this in other pages'
  return (
    <>
      show <a href={embedsPath(shows)}>{shows.name}</a> in other pages
    </>
  )
}

function mayInWords({ scopes }: Token): string {
  const words = scopes.filter((scope) => scope !== 'read' || !scopes.includes('run')).map((scope) => MAY[scope])
  return words.join(', ')
}

function End({ token: { endedAt, expiresAt }, now }: { token: Token; now: number }) {
  const [words, at] = endedAt !== null ? ['ended', endedAt] : [expiresAt > now ? '' : 'expired', expiresAt]
  return (
    <>
      {words} <Time at={at} form="long" />
    </>
  )
}

function EndToken({ token, back }: { token: Token; back: string | undefined }) {
  return (
    <ActionForm
      action={endTokenPath}
      fields={{ token: token.id, ...(back !== undefined && { subject: back }) }}
      question={
        token.shows === null
          ? `What uses “${token.name}” is let in no more, at once. This cannot be taken back.`
          : `Badges and frames with “${token.name}” turn grey, at once. This cannot be taken back.`
      }
      yes="End this token"
    >
      End<span className="sr-only"> the token {token.name}</span>
    </ActionForm>
  )
}
