import { incidentsPath } from '#app/_ui/paths.ts'

interface FeedChoiceProps {
  feeds: readonly { key: string; name: string }[]
  chosen: string | null
}

/** Whose incidents are shown: a plain form. */
export function FeedChoice({ feeds, chosen }: FeedChoiceProps) {
  if (feeds.length === 0) return null
  return (
    <form action={incidentsPath()} className="mt-4 flex flex-wrap items-end gap-x-4 gap-y-2 print:hidden">
      <label>
        <span>Of one feed</span>
        <select name="feed" defaultValue={chosen ?? ''} className="max-w-80">
          <option value="">All feeds</option>
          {feeds.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="button">
        Show
      </button>
    </form>
  )
}
