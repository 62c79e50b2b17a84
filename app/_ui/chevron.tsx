/** Shows that something unfolds. */
export function Chevron() {
  return (
    <svg className="chevron" aria-hidden="true">
      <use href="#i-unfolds" />
    </svg>
  )
}
