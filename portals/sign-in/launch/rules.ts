/** Addresses around a launch. Pure. */

/** Origins of addresses as a page's policy writes them; what is no address is left out. */
const sourceOf = (uri: string): string[] => {
  if (!URL.canParse(uri)) return []
  const url = new URL(uri)
  return [url.origin === 'null' ? url.protocol : url.origin]
}

/**
 * The policy of a page whose form leads on to apps: the browser follows the answer to another origin only where the policy names it.
 * @param uris as registered for the apps
 */
export function policyLeadingTo(uris: readonly string[]): Record<string, string> {
  const origins = [...new Set(uris.flatMap(sourceOf))].map((origin) => ` ${origin}`).join('')
  return {
    'content-security-policy': `default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'${origins}`,
  }
}

/** Where the browser is sent so that the app can begin. What the app's own address asks stays. @spec SMART App Launch 2.2 */
export function launchAddress(launchUrl: string, { iss, launch }: { iss: string; launch: string }): string {
  const url = new URL(launchUrl)
  url.searchParams.set('iss', iss)
  url.searchParams.set('launch', launch)
  return url.href
}
