import type { ReactNode } from 'react'
import type { BarSize } from './bar-strokes.ts'

/** Full height is fresh, shorter late, notched stale, hatched unknown, floating maintenance, hollow nothing; a striped cap is a gap in our sight.
 * `-part` is for what lasted for a part of a day: it says its height itself. */
export function BarPatterns({ prefix, size }: { prefix: 'p' | 'q'; size: BarSize }) {
  const { bar, lateBar, maintenanceBar, height } = size
  const notch = Math.round(height * 0.46)
  const stripes = Array.from({ length: height / 4 }, (_, i) => `M0 ${i * 4 + 2}h${bar}`).join('')
  return (
    <>
      <Tile id={`${prefix}-fresh`} size={size}>
        <rect width={bar} height={height} fill="var(--color-fresh)" />
      </Tile>
      <Tile id={`${prefix}-late`} size={size}>
        <rect y={height * 0.4} width={bar} height={height * 0.6} fill="var(--color-late)" />
      </Tile>
      <Tile id={`${prefix}-stale`} size={size}>
        <rect width={bar} height={notch} fill="var(--color-stale)" />
        <rect y={notch + 4} width={bar} height={height - notch - 4} fill="var(--color-stale)" />
      </Tile>
      <Tile id={`${prefix}-unknown`} size={size}>
        <path d={stripes} fill="none" stroke="var(--color-unknown)" strokeWidth={2} />
      </Tile>
      <Tile id={`${prefix}-maintenance`} size={size}>
        <rect y={height * 0.25} width={bar} height={height * 0.5} fill="var(--color-maintenance)" />
      </Tile>
      <Tile id={`${prefix}-none`} size={size}>
        <rect x={0.5} y={0.5} width={bar - 1} height={height - 1} fill="none" stroke="var(--color-line-strong)" />
      </Tile>
      <Tile id={`${prefix}-blind`} size={size}>
        <rect width={bar} height={8} fill="var(--color-paper)" />
        <rect width={bar} height={2} fill="var(--color-muted)" />
        <rect y={4} width={bar} height={2} fill="var(--color-muted)" />
      </Tile>
      <Part id={`${prefix}-late-part`} size={size} width={lateBar} fill="var(--color-late)" />
      <Part id={`${prefix}-stale-part`} size={size} width={bar} fill="var(--color-stale)" />
      <Part id={`${prefix}-unknown-part`} size={size} width={bar} fill="var(--color-unknown)" />
      <Part
        id={`${prefix}-maintenance-part`}
        size={size}
        x={(bar - maintenanceBar) / 2}
        width={maintenanceBar}
        fill="var(--color-maintenance)"
      />
    </>
  )
}

function Part({ id, size, ...bar }: { id: string; size: BarSize; x?: number; width: number; fill: string }) {
  return (
    <Tile id={id} size={size}>
      <rect {...bar} height={size.height} />
    </Tile>
  )
}

function Tile({ id, size, children }: { id: string; size: BarSize; children: ReactNode }) {
  return (
    <pattern id={id} width={size.step} height={size.height} patternUnits="userSpaceOnUse">
      {children}
    </pattern>
  )
}
