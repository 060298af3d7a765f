import { type Node, walk } from '../element.ts'
import { everyClass, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

/** Displays and texts that name something; narrative (`div`) and notes in the writer's own words are not among them. */
function readWritings(s: Submission): Node[] {
  const found: Node[] = []
  for (const entry of s.entries) {
    walk({ path: entry.at, value: entry.resource ?? null }, (node, name) => {
      if (typeof node.value !== 'string') return
      if (name === 'display' || (name === 'text' && !isNote(node.path))) found.push(node)
    })
  }
  return found
}

/** Read once per submission, because five rules look at the same strings. */
const read = new WeakMap<Submission, Node[]>()

function writings(s: Submission): Node[] {
  const found = read.get(s) ?? readWritings(s)
  read.set(s, found)
  return found
}

/** `note.text`, in the writer's own words. */
const isNote = (path: string) => /\.note(\[\d+\])?\.text$/.test(path)

const matching = (pattern: RegExp) => (s: Submission) => writings(s).flatMap((n) => (pattern.test(String(n.value)) ? [n.path] : []))

const common = { level: 'error', alone: 'warning', code: 'value', appliesTo: everyClass } as const
const source = 'JP-CLINS prose on characters in display and text'

export const writingRules: SubmissionRule[] = [
  {
    ...common,
    id: 'P-KANA',
    source,
    ja: '半角カタカナがあります。全角カタカナで書いてください。',
    en: 'There is half-width kana. Write full-width kana.',
    find: matching(/[\uFF61-\uFF9F]/),
  },
  {
    ...common,
    id: 'P-CONTROL',
    source,
    ja: '制御文字があります。取り除いてください。',
    en: 'There is a control character. Remove it.',
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the rule
    find: matching(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/),
  },
  {
    ...common,
    id: 'P-PLATFORM',
    source,
    ja: '機種依存文字か外字があります（丸数字、ローマ数字、㈱、㎎、外字など）。ほかの機種でも読める文字に書きかえてください。',
    en: 'There is a platform-dependent or private character (circled number, Roman numeral sign, ㈱, ㎎, 外字). Write it with ordinary ones.',
    find: matching(/[\u2160-\u217F\u2460-\u24FF\u3220-\u32FF\u3300-\u33FF\u2116\u2121\uE000-\uF8FF\uFFFD]|[\u{F0000}-\u{10FFFD}]/u),
  },
  {
    ...common,
    id: 'P-WIDE-SPACE',
    level: 'warning',
    alone: 'information',
    source: `${source}; the usage and drug masters themselves contain full-width spaces, so this is no ground to refuse`,
    ja: '全角空白があります。半角空白にするか、取り除いてください。',
    en: 'There is a full-width space. Write a half-width one or none.',
    find: matching(/　/),
  },
  {
    ...common,
    id: 'P-WIDE-ALPHANUMERIC',
    level: 'warning',
    alone: 'information',
    source: `${source}; drug names of the masters are full-width, so this is no ground to refuse`,
    ja: '全角の英数字があります。半角で書いてください。',
    en: 'There are full-width letters or digits. Write them half-width.',
    find: matching(/[\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A]/),
  },
]
