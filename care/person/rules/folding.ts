/** Names reduced to what habits of spelling, printing and typing do not change. Pure; for finding, never for showing. */

/** Characters that stand for each other in names: old and new forms, and forms that registers and keyboards exchange. The first stands for all. */
const kanjiVariants = [
  ...['斎齋斉齊', '辺邊邉', '高髙', '崎﨑嵜碕', '沢澤', '広廣', '浜濱濵', '桜櫻', '島嶋嶌', '富冨', '国國', '学學', '恵惠', '栄榮', '真眞'],
  ...['寿壽', '竜龍', '滝瀧', '条條', '万萬', '与與', '亀龜', '円圓', '伝傳', '寛寬', '実實', '宝寶寳', '峰峯', '巌巖', '徳德', '恒恆'],
  ...[
    '児兒',
    '桧檜',
    '槙槇',
    '横橫',
    '淵渕',
    '清淸',
    '瀬瀨',
    '猪豬',
    '瑶瑤',
    '禄祿',
    '穂穗',
    '経經',
    '緑綠',
    '縄繩',
    '総總',
    '聡聰',
    '芦蘆',
  ],
  ...[
    '荘莊',
    '園薗',
    '蔵藏',
    '蛍螢',
    '衛衞',
    '豊豐',
    '遥遙',
    '郎郞',
    '鉄鐵',
    '関關',
    '静靜',
    '顕顯',
    '館舘',
    '鶴靏',
    '黒黑',
    '吉𠮷',
    '柳栁',
  ],
  ...[
    '土圡',
    '増增',
    '曽曾',
    '会會',
    '礼禮',
    '芸藝',
    '薬藥',
    '稲稻',
    '弥彌',
    '桑桒',
    '凜凛',
    '尭堯',
    '晃晄',
    '野埜',
    '旧舊',
    '鴎鷗',
    '籠篭',
  ],
] as const

const kanji = new Map(kanjiVariants.flatMap((group) => [...group].map((one) => [one, [...group][0]!] as const)))

/** ヴ with its vowel is heard and written as バ行. */
const vRow: Record<string, string> = { ゔぁ: 'ば', ゔぃ: 'び', ゔぇ: 'べ', ゔぉ: 'ぼ', ゔ: 'ぶ' }
const alike: Record<string, string> = {
  ...{ づ: 'ず', ぢ: 'じ', を: 'お', ゐ: 'い', ゑ: 'え', ゕ: 'か', ゖ: 'け', ゎ: 'わ' },
  ...{ ぁ: 'あ', ぃ: 'い', ぅ: 'う', ぇ: 'え', ぉ: 'お', っ: 'つ', ゃ: 'や', ゅ: 'ゆ', ょ: 'よ' },
}

const rows: Record<string, string> = {
  あ: 'あかさたなはまやらわがざだばぱ',
  い: 'いきしちにひみりぎじぢびぴ',
  う: 'うくすつぬふむゆるぐずづぶぷ',
  え: 'えけせてねへめれげぜでべぺ',
  お: 'おこそとのほもよろをごぞどぼぽ',
}
const vowelOf = new Map(Object.entries(rows).flatMap(([vowel, kana]) => [...kana].map((one) => [one, vowel] as const)))

/** What lengthens the vowel before it, and the one sign that is kept for it: オオタ, オウタ and オータ meet. */
const lengthened: Record<string, { by: string; as: string }> = {
  あ: { by: 'あー', as: 'あ' },
  い: { by: 'いー', as: 'い' },
  う: { by: 'うー', as: 'う' },
  え: { by: 'えいー', as: 'い' },
  お: { by: 'おうー', as: 'う' },
}

function foldLong(text: string): string {
  let out = ''
  let before = ''
  for (const one of text) {
    const long = lengthened[vowelOf.get(before) ?? '']
    const kept = long?.by.includes(one) ? long.as : one === 'ー' ? '' : one
    out += kept
    if (kept !== '') before = kept
  }
  return out
}

/** Signs that carry nothing: spaces, dots, hyphens, marks of printing (variation selectors), invisible characters. */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: the joiners and selectors are meant one by one, to be taken away
const EMPTY = /[\s\u3000・･.,'’`\-‐‑–—−_\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu

function step(text: string): string {
  const plain = text.replace(EMPTY, '').normalize('NFKC').replace(EMPTY, '').toLowerCase()
  const hiragana = plain.replace(/[\u30a1-\u30f6]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60))
  const spelled = hiragana.replace(/ゔ[ぁぃぇぉ]?/g, (v) => vRow[v]!).replace(/[ぁ-ゖ]/g, (c) => alike[c] ?? c)
  const repeated = spelled.replace(/(.)々/gu, '$1$1')
  return foldLong([...repeated].map((c) => kanji.get(c) ?? c).join(''))
}

/**
 * A name in kana, kanji or letters as it is looked for: ヴ and ブ, ヅ and ズ, ヂ and ジ, ヲ and オ, ヰ and イ, ヱ and エ, small and large kana,
 * long vowels however written, half and full width, old and new kanji, with or without spaces.
 */
export function foldForMatch(name: string): string {
  let folded = step(name)
  // What goes may bring a letter and its mark together; a few rounds settle every text.
  for (let next = step(folded), n = 0; next !== folded && n < 16; next = step(folded), n++) folded = next
  return folded
}

/** Family and given name, folded, in the order written; one part where nothing separates them. */
export const foldedParts = (name: string): string[] =>
  name
    .normalize('NFKC')
    .split(/[\s\u3000]+/)
    .map(foldForMatch)
    .filter((part) => part !== '')

/** The folded name, and the same with family and given name exchanged: registers disagree on the order of foreign names. */
export function foldedOrders(name: string): string[] {
  const parts = foldedParts(name)
  if (parts.length === 0) return []
  return [...new Set([foldForMatch(parts.join('')), foldForMatch([...parts].reverse().join(''))])]
}

/** An address for comparing: width, digits and the words of block numbers. */
export const foldAddress = (address: string): string =>
  address
    .normalize('NFKC')
    .replace(/[\s\u3000]+/g, '')
    .replace(/(?<=\d)(?:丁目|番地の?|番|号|の(?=\d))/g, '-')
    .replace(/[\u2010-\u2015\u2212ー](?=\d)/g, '-')
    .replace(/-+/g, '-')
    .replace(/-$/, '')

export const foldPhone = (phone: string): string => phone.normalize('NFKC').replace(/\D+/g, '').replace(/^81/, '0')
