/** Areas for which disaster access is opened: what an operator types, what is kept, what is said of it. Pure. */
import type { Area } from '#care/person'
import type { Sentence } from '#kernel/language'

/** @spec JIS X 0401 都道府県コード */
export const prefectures = [
  ...['北海道', '青森県', '岩手県', '宮城県', '秋田県', '山形県', '福島県', '茨城県', '栃木県', '群馬県', '埼玉県', '千葉県'],
  ...['東京都', '神奈川県', '新潟県', '富山県', '石川県', '福井県', '山梨県', '長野県', '岐阜県', '静岡県', '愛知県', '三重県'],
  ...['滋賀県', '京都府', '大阪府', '兵庫県', '奈良県', '和歌山県', '鳥取県', '島根県', '岡山県', '広島県', '山口県', '徳島県'],
  ...['香川県', '愛媛県', '高知県', '福岡県', '佐賀県', '長崎県', '熊本県', '大分県', '宮崎県', '鹿児島県', '沖縄県'],
] as const

const codeOf = (name: string): string | null => {
  const at = (prefectures as readonly string[]).indexOf(name)
  return at < 0 ? null : String(at + 1).padStart(2, '0')
}
export const prefectureName = (code: string): string => prefectures[Number(code) - 1] ?? code

/** One place as it is kept: `prefecture:17`, `municipality:石川県輪島市`, `institution:1712345678`. */
export type Place = `prefecture:${string}` | `municipality:${string}` | `institution:${string}`

const MOST_PLACES = 300

/**
 * Places out of what was typed, one a line or separated by commas: a prefecture by name or code, a municipality with its prefecture in front
 * (a code of 全国地方公共団体コード before it is passed over), or an institution's number.
 * @returns what could not be read beside them, as typed
 */
export function readPlaces(typed: string): { places: Place[]; unread: string[] } {
  const words = typed
    .normalize('NFKC')
    .split(/[\n,、，]+/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const places: Place[] = []
  const unread: string[] = []
  for (const word of words.slice(0, MOST_PLACES)) {
    const place = placeOf(word)
    if (place === null) unread.push(word)
    else if (!places.includes(place)) places.push(place)
  }
  return { places, unread: [...unread, ...words.slice(MOST_PLACES)] }
}

function placeOf(word: string): Place | null {
  if (/^\d{10}$/.test(word)) return `institution:${word}`
  if (/^\d{1,2}$/.test(word)) return Number(word) >= 1 && Number(word) <= 47 ? `prefecture:${word.padStart(2, '0')}` : null
  const name = word.replace(/^\d{5,6}\s*/, '').replace(/\s+/g, '')
  const code = codeOf(name)
  if (code !== null) return `prefecture:${code}`
  const known = prefectures.some((one) => name.startsWith(one) && name.length > one.length)
  return known && /[市区町村]$/.test(name) && name.length <= 40 ? `municipality:${name}` : null
}

const after = (places: readonly string[], kind: string) =>
  places.filter((p) => p.startsWith(`${kind}:`)).map((p) => p.slice(kind.length + 1))

export const areaOf = (places: readonly string[]): Area => ({
  prefectures: after(places, 'prefecture'),
  municipalities: after(places, 'municipality'),
  numbers: after(places, 'institution'),
})

/** How addresses of residents of the area begin. */
export const residents = (places: readonly string[]): string[] => {
  const { prefectures: codes, municipalities } = areaOf(places)
  return [...codes.map(prefectureName), ...municipalities]
}

export const livesThere = (address: string, beginnings: readonly string[]): boolean => {
  const plain = address.normalize('NFKC').replace(/\s+/g, '')
  return beginnings.some((one) => plain.startsWith(one))
}

/** The place in words; an institution by its number, where nobody gives its name. */
export function placeWords(place: string, nameOf: (number: string) => string | undefined = () => undefined): Sentence {
  const [kind = '', value = ''] = [place.slice(0, place.indexOf(':')), place.slice(place.indexOf(':') + 1)]
  if (kind === 'prefecture') return { ja: prefectureName(value), en: prefectureName(value) }
  if (kind === 'institution') return { ja: nameOf(value) ?? `医療機関番号 ${value}`, en: nameOf(value) ?? `institution ${value}` }
  return { ja: value, en: value }
}

/** Whether a place lies in an area as it was opened. @param open numbers of the institutions that it opened */
export function isWithin(place: string, opened: readonly string[], open: ReadonlySet<string>): boolean {
  if (opened.includes(place)) return true
  const [kind = '', value = ''] = [place.slice(0, place.indexOf(':')), place.slice(place.indexOf(':') + 1)]
  if (kind === 'institution') return open.has(value)
  return kind === 'municipality' && residents(opened).some((one) => value.startsWith(one))
}
