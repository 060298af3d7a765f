/** Where and why JSON text is not well formed. The engine's own message names no position for every error, so the text is read again here. */

export type SyntaxProblem = { offset: number; ja: string; en: string }

/** What may stand next. `value-or-end` and `key-or-end` follow an opening bracket. */
type Expect = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing'

const expected: Record<Expect, { ja: string; en: string }> = {
  value: { ja: '値が必要です。', en: 'a value is expected.' },
  'value-or-end': { ja: '値か「]」が必要です。', en: "a value or ']' is expected." },
  key: {
    ja: '二重引用符で囲んだ名前が必要です(最後のコンマは書けません)。',
    en: 'a name in double quotes is expected (no comma after the last one).',
  },
  'key-or-end': { ja: '二重引用符で囲んだ名前か「}」が必要です。', en: "a name in double quotes or '}' is expected." },
  colon: { ja: '「:」が必要です。', en: "':' is expected." },
  'comma-or-end': { ja: '「,」か閉じ括弧が必要です。', en: "',' or a closing bracket is expected." },
  nothing: { ja: '終わりの後に余分な文字があります。', en: 'there is text after the end.' },
}

const space = /[ \t\n\r]*/y
const literal = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

function endOf(token: RegExp, text: string, from: number): number {
  token.lastIndex = from
  return token.test(text) ? token.lastIndex : -1
}

/** End of the string that opens at `from`, or what is wrong inside it. */
function endOfString(text: string, from: number): number | SyntaxProblem {
  for (let i = from + 1; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 0x22) return i + 1
    if (char < 0x20)
      return { offset: i, ja: '文字列の中に改行や制御文字があります。', en: 'a line break or control character stands inside a string.' }
    if (char !== 0x5c) continue
    const end = endOf(escaped, text, i)
    if (end < 0) return { offset: i, ja: '「\\」の後の書き方が正しくありません。', en: "the escape after '\\' is not one of JSON." }
    i = end - 1
  }
  return { offset: from, ja: '文字列が閉じていません。', en: 'the string that opens here is never closed.' }
}

const afterValue = (stack: string[]): Expect => (stack.length === 0 ? 'nothing' : 'comma-or-end')

/** The state after the punctuation at `char`, or null where it may not stand. */
function step(char: string, expect: Expect, stack: string[]): Expect | null {
  const wantsValue = expect === 'value' || expect === 'value-or-end'
  const inside = stack.at(-1)
  if (wantsValue && (char === '{' || char === '[')) {
    stack.push(char)
    return char === '{' ? 'key-or-end' : 'value-or-end'
  }
  if (char === ':' && expect === 'colon') return 'value'
  if (char === ',' && expect === 'comma-or-end') return inside === '{' ? 'key' : 'value'
  const closesObject = char === '}' && inside === '{' && (expect === 'comma-or-end' || expect === 'key-or-end')
  const closesArray = char === ']' && inside === '[' && (expect === 'comma-or-end' || expect === 'value-or-end')
  if (!closesObject && !closesArray) return null
  stack.pop()
  return afterValue(stack)
}

/** The first place at which the text stops being JSON. Called only for text that did not parse. */
export function jsonSyntaxError(text: string): SyntaxProblem {
  const stack: string[] = []
  let expect: Expect = 'value'
  for (let i = endOf(space, text, 0); i < text.length; i = endOf(space, text, i)) {
    const char = text[i]!
    const wantsValue = expect === 'value' || expect === 'value-or-end'
    const wantsKey: boolean = expect === 'key' || expect === 'key-or-end'
    const end: number | SyntaxProblem =
      char === '"' && (wantsKey || wantsValue) ? endOfString(text, i) : wantsValue ? endOf(literal, text, i) : -1
    if (typeof end === 'object') return end
    if (end > 0) {
      expect = wantsKey ? 'colon' : afterValue(stack)
      i = end
      continue
    }
    const next = step(char, expect, stack)
    if (next === null) return { offset: i, ...expected[expect] }
    expect = next
    i++
  }
  return { offset: text.length, ja: '途中で終わっています。', en: 'the text ends too early.' }
}

/** The first member whose name stands before it in the same object. Called only for well-formed text that has one; names may be escaped. */
export function repeatedMember(text: string): { offset: number; name: string } {
  const open: (Set<string> | null)[] = []
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === '{') open.push(new Set())
    else if (char === '[') open.push(null)
    else if (char === '}' || char === ']') open.pop()
    if (char !== '"') continue
    const end = endOfString(text, i) as number
    const isName = text[endOf(space, text, end)] === ':'
    const known = open.at(-1)
    if (isName && known) {
      const name = JSON.parse(text.slice(i, end)) as string
      if (known.has(name)) return { offset: i, name: name.slice(0, 80) }
      known.add(name)
    }
    i = end - 1
  }
  return { offset: 0, name: '' }
}
