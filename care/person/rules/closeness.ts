/** How close two people of the register stand, as far as it knows. Pure. */
import { foldAddress, foldedOrders, foldedParts, foldPhone } from './folding.ts'

/** Why somebody is taken for a relative, or for the person themselves. */
export const tieKinds = ['self', 'proxy', 'blocked', 'address', 'cover', 'name-and-area', 'phone'] as const
export type Tie = (typeof tieKinds)[number]

/** What is compared of each side; empty strings mean that nothing is known. */
export type Household = {
  /** Every id that leads to the person. */
  ids: readonly string[]
  name: string
  nameKana: string
  address: string
  postalCode: string
  phone: string
  /** Insurer, symbol and number without branch of each cover: a family shares them. */
  covers: readonly string[]
}

const meet = (a: readonly string[], b: readonly string[]) => a.some((one) => one !== '' && b.includes(one))
const same = (a: string, b: string) => a !== '' && a === b

/** Whether two full names are written or read the same, in either order of their parts. */
export function sameName(a: { name: string; nameKana: string }, b: { name: string; nameKana: string }): boolean {
  const orders = (text: string) => (text === '' ? [] : foldedOrders(text))
  return meet(orders(a.name), orders(b.name)) || meet(orders(a.nameKana), orders(b.nameKana))
}

/** Whether the family names agree; a name that stands in one piece says nothing. */
export function sameFamilyName(a: { name: string; nameKana: string }, b: { name: string; nameKana: string }): boolean {
  const family = (text: string) => {
    const parts = foldedParts(text)
    return parts.length > 1 ? parts[0]! : ''
  }
  return same(family(a.name), family(b.name)) || same(family(a.nameKana), family(b.nameKana))
}

/** Everything that ties two people together. `proxied`: one acts for the other; `blocked`: a mark names one against the other. */
export function tiesBetween(a: Household, b: Household, about: { proxied: boolean; blocked: boolean }): Tie[] {
  if (meet(a.ids, b.ids)) return ['self']
  return [
    ...(about.proxied ? (['proxy'] as const) : []),
    ...(about.blocked ? (['blocked'] as const) : []),
    ...(same(foldAddress(a.address), foldAddress(b.address)) ? (['address'] as const) : []),
    ...(meet(a.covers, b.covers) ? (['cover'] as const) : []),
    ...(same(foldPhone(a.phone), foldPhone(b.phone)) ? (['phone'] as const) : []),
    ...(sameFamilyName(a, b) && same(foldPhone(a.postalCode), foldPhone(b.postalCode)) ? (['name-and-area'] as const) : []),
  ]
}
