import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '#lib/domain/access/password-rules.ts'

/** A new password, and once more. */
export function PasswordTwice({ name = 'password' }: { name?: string }) {
  const lengths = { minLength: PASSWORD_LENGTH_MIN, maxLength: PASSWORD_LENGTH_MAX }
  return (
    <>
      <label>
        <span>New password</span>
        <input type="password" name={name} autoComplete="new-password" required {...lengths} />
        <small>At least {PASSWORD_LENGTH_MIN} characters; a few words in a row do well.</small>
      </label>
      <label>
        <span>Once more</span>
        <input type="password" name="again" autoComplete="new-password" required {...lengths} />
      </label>
    </>
  )
}
