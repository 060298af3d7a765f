/** What can be wrong with a log or a proof, in both languages; `{name}` is filled in. */
const problems = {
  'head-malformed': {
    ja: '証明の1行目を読み取れません。受け取ったままのファイルかどうかを確かめてください。',
    en: 'The first line of the proof cannot be read. Check that the file is as you received it.',
  },
  'line-malformed': {
    ja: 'この行を読み取れません。受け取ったままのファイルかどうかを確かめてください。',
    en: 'This line cannot be read. Check that the file is as you received it.',
  },
  'checkpoint-not-signed': {
    ja: '記録の状態（チェックポイント）の署名が、与えられた運営者の鍵のものではありません。',
    en: 'The state of the log (checkpoint) is not signed by the operator’s key that was given.',
  },
  'not-witnessed': {
    ja: '与えられた立会人の鍵による署名がありません。運営者だけの証明です。',
    en: 'None of the witnesses given has co-signed: it is the operator’s word alone.',
  },
  'entry-not-in-log': {
    ja: '{leaf}番目の記録（{id}）は、書かれているとおりには記録の中にありません。書き換えられています。',
    en: 'Entry {leaf} ({id}) is not in the log as it is told here: it was altered.',
  },
  'leaf-out-of-order': {
    ja: '{leaf}番目の記録があるべき所に、{found}番目があります。記録が消されたか、並べ替えられています。',
    en: 'Where entry {leaf} should stand there is entry {found}: entries were deleted or reordered.',
  },
  'leaf-altered': {
    ja: '{leaf}番目の記録（{id}）の中身が、記録されたときのものと違います。',
    en: 'The content of entry {leaf} ({id}) is not what was recorded.',
  },
  'root-differs': {
    ja: '{leaf}件までの記録から計算した値が、署名された値と違います。記録が消されたか、足されたか、書き換えられています。',
    en: 'What is computed from the first {leaf} entries is not what was signed: entries were deleted, inserted or altered.',
  },
  'log-too-short': {
    ja: '署名では{leaf}件あるはずの記録が、{found}件しかありません。',
    en: 'The signature speaks of {leaf} entries; there are only {found}.',
  },
  'leaves-not-signed': {
    ja: '署名された状態は{leaf}件までです。そのあとの{found}件は、運営者の署名に含まれていません（足されたか、状態が消されています）。',
    en: 'The signed states reach to entry {leaf}. The {found} after them are under no signature: they were added, or states were removed.',
  },
  'nothing-signed': {
    ja: '署名された状態（チェックポイント）が一つもありません。',
    en: 'There is no signed state (checkpoint) at all.',
  },
} as const satisfies Record<string, { ja: string; en: string }>

export type LogProblemCode = keyof typeof problems
export type LogProblem = { code: LogProblemCode; ja: string; en: string }

const fill = (text: string, detail: Readonly<Record<string, string>>) =>
  text.replace(/\{([a-z]+)\}/g, (_, name: string) => detail[name] ?? '')

export function problem(code: LogProblemCode, detail: Readonly<Record<string, string>> = {}): LogProblem {
  return { code, ja: fill(problems[code].ja, detail), en: fill(problems[code].en, detail) }
}
