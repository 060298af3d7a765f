/** What is decided about passwords and one-time codes without asking anybody. Pure. */
import type { Sentence } from '#kernel/language'

/** Together with a code this is long enough; rules of digits and signs only make people write them down. @spec NIST SP 800-63B-4 section 3.1.1 */
const SHORTEST = 12

/** Why a password will not do, or null. */
export function passwordProblem(password: string, loginName: string): Sentence | null {
  const folded = password.normalize('NFKC')
  if ([...folded].length < SHORTEST)
    return {
      ja: `パスワードは${SHORTEST}文字以上にしてください。文でもかまいません。`,
      en: `Use at least ${SHORTEST} characters. A sentence is fine.`,
    }
  const isGuessed = folded.toLowerCase().includes(loginName.toLowerCase()) || new Set(folded).size < 5
  return isGuessed
    ? {
        ja: 'ログイン名を含むものや、同じ文字ばかりのものは使えません。',
        en: 'It must not contain your login name or be the same few characters over and over.',
      }
    : null
}

/** What an authenticator app reads from the picture. @spec Key URI Format of authenticator apps */
export function otpauthUri({ secret, account }: { secret: string; account: string }): string {
  const label = `${encodeURIComponent('Enishi')}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${secret}&issuer=Enishi&algorithm=SHA1&digits=6&period=30`
}
