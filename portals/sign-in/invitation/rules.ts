/** What is decided about one-time codes without asking anybody. Pure. */

/** What an authenticator app reads from the picture. @spec Key URI Format of authenticator apps */
export function otpauthUri({ secret, account }: { secret: string; account: string }): string {
  const label = `${encodeURIComponent('Enishi')}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${secret}&issuer=Enishi&algorithm=SHA1&digits=6&period=30`
}
