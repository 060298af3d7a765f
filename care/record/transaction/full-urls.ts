/** How entries of one Bundle name each other. @spec FHIR R4 bundle, resolving references in bundles */

/** What stands before `#` names a resource. */
export function withoutPart(reference: string): string {
  const cut = reference.indexOf('#')
  return cut < 0 ? reference : reference.slice(0, cut)
}

/** The fullUrls that a reference of an entry may mean: itself, and where the entry stands on a server, what it is there. */
export function namesFor(reference: string, { fullUrl }: { fullUrl: string | null }): string[] {
  const whole = withoutPart(reference)
  if (fullUrl === null || whole.includes(':') || !/^https?:/.test(fullUrl)) return [whole]
  const root = /^(https?:.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.exec(fullUrl)?.[1]
  return root === undefined ? [whole] : [whole, root + whole]
}
