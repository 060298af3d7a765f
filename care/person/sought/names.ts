/**
 * What somebody is found by when little is remembered and less is typed right. Pure.
 *
 * A name is reduced to its sound (`soundOf`): what is heard alike or mistyped alike becomes the same. Each part of a name, and the whole,
 * stands in the index as it sounds and with each one of its characters left out. Two texts that differ by one slip (a character wrong,
 * missing, too many, or two exchanged) then share an entry; a name of two parts is found as long as one of its parts has at most one slip.
 */
import { foldAddress, foldedParts, foldForMatch } from '../rules/folding.ts'
import { kanaOfRomaji } from './romaji.ts'

const KANA = /^[\u3041-\u3096ー]+$/
const long =
  /([あかさたなはまやらわ])あ+|([いきしちにひみり])い+|([うくすつぬふむゆる])う+|([えけせてねへめれ])い+|([おこそとのほもよろ])う+/g

/** A folded name without voiced marks and long vowels: カワサキ and カワザキ, オオノ and オノ meet. */
export function soundOf(folded: string): string {
  const unvoiced = folded
    .normalize('NFD')
    .replace(/[\u3099\u309a]/g, '')
    .normalize('NFC')
  return unvoiced.replace(long, (_, ...kept: unknown[]) => String(kept.slice(0, 5).find((one) => one !== undefined)))
}

const characters = (text: string) => [...text]

/** The text with each one of its characters left out, and itself. Of two characters nothing useful would be left. */
export function withSlips(text: string): string[] {
  const all = characters(text)
  if (all.length < 3) return all.length === 0 ? [] : [text]
  return [...new Set([text, ...all.map((_, n) => all.filter((__, other) => other !== n).join(''))])]
}

const isKana = (folded: string) => KANA.test(folded)

/** Sound of a kana part; other writing as it is folded. */
const read = (folded: string): string => (isKana(folded) ? soundOf(folded) : folded)

/** Entries of one part: what is written in kanji is found as it stands, because one wrong kanji of two says nothing. */
const entriesOf = (part: string): string[] => (isKana(part) ? withSlips(part) : part === '' ? [] : [part])

const named = (entries: readonly string[]): string[] => [...new Set(entries)].map((one) => `n:${one}`)

/** Entries of a name as a register writes it. */
export function nameKeys(name: string): string[] {
  const parts = foldedParts(name).map(read)
  const wholes = parts.length > 1 ? [parts.join(''), [...parts].reverse().join('')] : []
  return named([...parts, ...wholes].flatMap(entriesOf))
}

/** Names as they were typed: Latin letters read as kana where they can be, and as they stand. */
const typedAs = (name: string): string[] => {
  const kana = kanaOfRomaji(name)
  return kana === null ? [name] : [kana, name]
}

/** Every way to cut a name that was typed without a space; at least two characters a side where it is kana. */
function cuts(whole: string): string[] {
  const all = characters(whole)
  const least = isKana(whole) ? 2 : 1
  const places = all.map((_, n) => n).filter((n) => n >= least && all.length - n >= least)
  return places.flatMap((n) => [all.slice(0, n).join(''), all.slice(n).join('')])
}

/** Entries that a typed name asks for. */
export function askedNameKeys(typed: string): string[] {
  return [
    ...new Set(
      typedAs(typed).flatMap((name) => {
        const keys = nameKeys(name)
        const parts = foldedParts(name).map(read)
        return parts.length === 1 ? [...keys, ...named(cuts(parts[0]!).flatMap(entriesOf))] : keys
      }),
    ),
  ]
}

/** Pairs of neighbouring characters, with the ends of each part marked; what two names share of them tells how alike they are. */
function pairs(part: string): string[] {
  const all = characters(part)
  return all.length === 0 ? [] : ['^', ...all].map((one, n) => one + (all[n] ?? '$'))
}

/** Pairs of a name, of its parts and of the whole without a space; kana and kanji never meet. */
export function namePairs(name: string): string[] {
  const parts = foldedParts(name).map(read)
  return [...new Set([...parts, parts.join('')].flatMap(pairs))]
}

/** Pairs a typed name is compared by, best for each way it may be read. */
export const askedNamePairs = (typed: string): string[] => {
  const name = typedAs(typed)[0]!
  const parts = foldedParts(name).map(read)
  return [...new Set(parts.flatMap(pairs))]
}

/** A whole name as exactly as folding knows it, in both orders. */
export const exactNames = (name: string): string[] => {
  const parts = foldedParts(name)
  return parts.length === 0 ? [] : [...new Set([parts.join(''), [...parts].reverse().join('')])].map((one) => `=${foldForMatch(one)}`)
}
export const askedExactNames = (typed: string): string[] => [...new Set(typedAs(typed).flatMap(exactNames))]

/** Pairs of an address: enough of it finds it, wherever in it. */
export function addressPairs(address: string): string[] {
  const all = characters(foldAddress(address).toLowerCase())
  return [...new Set(all.slice(1).map((one, n) => `a:${all[n]}${one}`))]
}

/** How many characters of a name were typed, however written. */
export const lengthOfName = (typed: string): number => Math.max(0, ...typedAs(typed).map((name) => characters(foldForMatch(name)).length))

/** Everything somebody stands in the index under: by every name they have or had, and by their address. */
export const soughtKeys = (names: readonly string[], address: string): string[] => [
  ...new Set([...names.flatMap((name) => [...nameKeys(name), ...exactNames(name)]), ...addressPairs(address)]),
]
export const soughtPairs = (names: readonly string[]): string[] => [...new Set(names.flatMap(namePairs))]
