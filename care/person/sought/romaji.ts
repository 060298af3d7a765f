/** Names typed in Latin letters, read as kana: Hepburn and Kunrei, as on passports and signs. Pure. */

const vowels = 'aiueo'
const rows: Record<string, string> = {
  '': 'あいうえお',
  k: 'かきくけこ',
  g: 'がぎぐげご',
  s: 'さしすせそ',
  z: 'ざじずぜぞ',
  t: 'たちつてと',
  d: 'だぢづでど',
  n: 'なにぬねの',
  h: 'はひふへほ',
  b: 'ばびぶべぼ',
  p: 'ぱぴぷぺぽ',
  m: 'まみむめも',
  r: 'らりるれろ',
  l: 'らりるれろ',
  v: 'ばびぶべぼ',
}
const glides: Record<string, string> = {
  ...{ ky: 'き', gy: 'ぎ', sy: 'し', sh: 'し', zy: 'じ', jy: 'じ', j: 'じ', ty: 'ち', ch: 'ち', cy: 'ち', dy: 'ぢ' },
  ...{ ny: 'に', hy: 'ひ', by: 'び', py: 'ぴ', my: 'み', ry: 'り' },
}
const single: Record<string, string> = {
  ...{
    ya: 'や',
    yu: 'ゆ',
    yo: 'よ',
    wa: 'わ',
    wo: 'を',
    shi: 'し',
    chi: 'ち',
    tsu: 'つ',
    ji: 'じ',
    fu: 'ふ',
    she: 'しぇ',
    che: 'ちぇ',
    je: 'じぇ',
  },
  ...{ fa: 'ふぁ', fi: 'ふぃ', fe: 'ふぇ', fo: 'ふぉ' },
}

const syllables = new Map<string, string>([
  ...Object.entries(rows).flatMap(([consonant, kana]) => [...kana].map((one, n) => [consonant + vowels[n]!, one] as const)),
  ...Object.entries(glides).flatMap(([consonant, kana]) =>
    (
      [
        ['a', 'ゃ'],
        ['u', 'ゅ'],
        ['o', 'ょ'],
      ] as const
    ).map(([vowel, small]) => [consonant + vowel, kana + small] as const),
  ),
  ...Object.entries(single),
])

/** Long vowels as passports and signs write them: OH before a consonant or the end, and bars or hats over a vowel. */
const plainLetters = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/oh(?![aiueo])/g, 'o')
    .replace(/tch/g, 'cch')

/** Kana of a name in Latin letters; null where it is none, or does not read as Japanese. */
export function kanaOfRomaji(name: string): string | null {
  const typed = plainLetters(name.normalize('NFKC'))
  if (!/^[a-z][a-z' .-]*$/.test(typed)) return null
  let out = ''
  for (let at = 0; at < typed.length; ) {
    const rest = typed.slice(at)
    const three = [3, 2, 1].find((length) => syllables.has(rest.slice(0, length)))
    if (three !== undefined) {
      out += syllables.get(rest.slice(0, three))!
      at += three
    } else if (/^[ .'-]/.test(rest)) {
      out += rest.startsWith("'") ? '' : ' '
      at++
    } else if (/^n|^m[bmp]/.test(rest)) {
      out += 'ん'
      at++
    } else if (/^([a-z])\1/.test(rest)) {
      out += 'っ'
      at++
    } else return null
  }
  return out.trim()
}
