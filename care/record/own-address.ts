/** Addresses under which this server answers: what stands below one of them is here; the same type and id below another is somebody else's. */

const own = new Set<string>()

/** Notes an address of the FHIR surface, e.g. `https://enishi.example/fhir/R4`. Every process that reads or writes the record says them when it starts. */
export const answersAt = (address: string): void => void own.add(address.replace(/\/$/, ''))

/** Whether an absolute reference leads here. @spec FHIR R4 references, literal */
export function isOwnAddress(url: string): boolean {
  for (const address of own) if (url.startsWith(`${address}/`)) return true
  return false
}
