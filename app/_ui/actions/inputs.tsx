/** Lengths from an hour to a week. */
export const UP_TO_A_WEEK = [
  ['1h', 'for 1 hour'],
  ['4h', 'for 4 hours'],
  ['1d', 'for a day'],
  ['3d', 'for 3 days'],
  ['7d', 'for a week'],
] as const

interface LengthInputProps {
  words: string
  /** Lengths by the words that orders know. */
  of: readonly (readonly [value: string, words: string])[]
  preset?: string
}

/** How long something is to last. */
export function LengthInput({ words, of, preset }: LengthInputProps) {
  return (
    <label>
      <span>{words}</span>
      <select name="for" defaultValue={preset}>
        {of.map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  )
}

interface WhyInputProps {
  name: 'note' | 'reason'
  words?: string
  preset?: string | undefined
}

/** Why somebody orders something. */
export function WhyInput({ name, words = 'Why, for everybody to read', preset }: WhyInputProps) {
  return (
    <label>
      <span>{words}</span>
      <input name={name} maxLength={500} autoComplete="off" defaultValue={preset} />
    </label>
  )
}

/** Several lines for people to read. */
export function TextInput({ words, preset }: { words: string; preset?: string }) {
  return (
    <label>
      <span>{words}</span>
      <textarea name="text" rows={5} required maxLength={4000} defaultValue={preset} dir="auto" />
    </label>
  )
}
