'use client'
import { usePageTime } from '#app/_ui/zone.tsx'
import { zoneCity } from '#lib/domain/wording/dates.ts'

/** Asks when something begins, by the clocks of the page whatever zone the reader chose. */
export function BeginInput() {
  const { pageZone } = usePageTime()
  return (
    <label>
      <span>From, in {zoneCity(pageZone)} time; now, if left empty</span>
      <input type="datetime-local" name="from" />
    </label>
  )
}
