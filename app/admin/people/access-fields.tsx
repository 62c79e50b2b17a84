import { ROLES, type Role } from '#lib/domain/access/actor.ts'

const MAY: Record<Role, string> = {
  viewer: 'viewer: reads',
  engineer: 'engineer: also orders runs, pauses, reloads',
  admin: 'admin: everything',
}

interface AccessFieldsProps {
  given: { role: Role; audience: string | null }
  /** Those of the catalogue; where there are none, nothing is chosen. */
  audiences: readonly string[]
}

/** What somebody may do, and which service groups they see. */
export function AccessFields({ given: { role, audience }, audiences }: AccessFieldsProps) {
  const known = audience === null || audiences.includes(audience) ? audiences : [...audiences, audience]
  return (
    <>
      <label>
        <span>Role</span>
        <select name="role" defaultValue={role}>
          {ROLES.map((name) => (
            <option key={name} value={name}>
              {MAY[name]}
            </option>
          ))}
        </select>
      </label>
      {known.length > 0 && (
        <label>
          <span>Audience</span>
          <select name="audience" defaultValue={audience ?? ''}>
            <option value="">none: the groups that no audience names</option>
            {known
              .filter((name) => name !== 'everybody')
              .map((name) => (
                <option key={name} value={name}>
                  {audiences.includes(name) ? name : `${name} (not in the catalogue any more)`}
                </option>
              ))}
          </select>
          <small>An admin sees everything. A rule of the catalogue that fits counts more than this.</small>
        </label>
      )}
    </>
  )
}
