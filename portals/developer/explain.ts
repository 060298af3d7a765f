/** How a search was found, in words: each condition, the plan of the database, and what to change where no index helps. Pure. */
import type { ConditionPlan, ConditionWay, Explained, PlanStep } from '#care/record'
import type { Words } from '#ui'

export type Explanation = Explained & { conditions: ConditionPlan[] }
export type Verdict = { tone: 'success' | 'info' | 'attention'; label: Words; title: Words; advice: Words | null }

const labels = {
  served: { ja: '索引あり', en: 'Indexed' },
  part: { ja: '一部に索引なし', en: 'In part' },
  declined: { ja: '索引を使わない計画', en: 'Index not used' },
  none: { ja: '索引なし', en: 'No index' },
  order: { ja: '条件なし', en: 'No condition' },
}

/** How a condition is met, in a sentence. */
export const wayWords: Record<ConditionWay, Words> = {
  person: { ja: 'この人の区画だけを読みます', en: 'Reads this person’s part alone' },
  index: { ja: '全員分の索引を引きます', en: 'Looks it up in an index of everybody’s values' },
  declined: {
    ja: '索引はありますが、データベースは残った行を確かめるほうを選びました',
    en: 'There is an index, but the database chose to check the rows left',
  },
  narrowed: { ja: 'ほかの条件で残った行を、1行ずつ確かめます', en: 'Checks each row that the other conditions left' },
  text: { ja: '残った行の本文を読んで確かめます（索引なし）', en: 'Reads the stored text of each row left (no index)' },
  first: { ja: '先に別の検索で見つけます', en: 'Found first, by a search of its own' },
  never: { ja: '当てはまるものがありえません', en: 'Nothing can meet it' },
}

/** Tables of the consent room: the caller's rights are part of the query. */
const rightsTables = /^(?:grant_fact|relation)/
export const isAboutRights = ({ table }: PlanStep): boolean => rightsTables.test(table)

const tableWords: [RegExp, Words][] = [
  [rightsTables, { ja: '閲覧できるか（同意・受診の関係）', en: 'May it be seen (consent, relation)' }],
  [/^resource/, { ja: 'リソース本体', en: 'The resources' }],
  [/^date_value/, { ja: '日付の値', en: 'Values that are dates' }],
  [/^string_value/, { ja: '文字の値', en: 'Values that are texts' }],
  [/^number_value/, { ja: '数と量の値', en: 'Values that are numbers' }],
  [/^composite_value/, { ja: '組の値', en: 'Values in pairs' }],
  [/^client_id/, { ja: '送信側が付けた id の対応表', en: 'Ids that clients chose' }],
]

export const wordsOfTable = (table: string): Words | null => tableWords.find(([pattern]) => pattern.test(table))?.[1] ?? null

/** Whether a search grows with everybody's data or not, and what would help. */
export function verdictOf({ conditions }: Pick<Explanation, 'conditions'>): Verdict {
  const ways = new Set(conditions.map(({ way }) => way))
  const advice = adviceFor(conditions)
  if (ways.has('never'))
    return {
      tone: 'attention',
      label: labels.none,
      title: { ja: '何も見つからない条件が含まれています', en: 'One condition can never be met' },
      advice: null,
    }
  if (ways.has('person'))
    return {
      tone: 'success',
      label: labels.served,
      title: {
        ja: '1人分の区画だけを読みます。ほかの人の記録がいくら増えても、読む量は変わりません。',
        en: 'Reads one person’s part alone. However many other people there are, it reads the same amount.',
      },
      advice,
    }
  if (ways.has('index') || ways.has('first'))
    return {
      tone: advice ? 'info' : 'success',
      label: advice ? labels.part : labels.served,
      title: {
        ja: '索引で候補を絞ってから確かめます。読む量は、条件に合う件数で決まります。',
        en: 'An index finds the candidates first. How much is read depends on how many match.',
      },
      advice,
    }
  if (conditions.length === 0)
    return {
      tone: 'info',
      label: labels.order,
      title: {
        ja: 'この種類を順に読み、見てよいものが1ページ分そろったところで止まります。',
        en: 'Reads the type in order and stops when there is a page of what you may see.',
      },
      advice: narrow,
    }
  if (ways.has('declined'))
    return {
      tone: 'info',
      label: labels.declined,
      title: {
        ja: '索引はありますが、データベースは1行ずつ確かめるほうが早いと見込みました。',
        en: 'There is an index, but the database expects checking row by row to be faster.',
      },
      advice: advice ?? small,
    }
  return {
    tone: 'attention',
    label: labels.none,
    title: {
      ja: 'この条件は索引では引けません。この種類の行を1つずつ確かめます。',
      en: 'No index answers these conditions; rows of the type are checked one by one.',
    },
    advice: advice ?? narrow,
  }
}

/** Indexes of the search itself, and those by which the caller's rights are checked. */
export function indexesOf(steps: readonly PlanStep[]): { search: string[]; rights: string[] } {
  const names = (some: readonly PlanStep[]) => [...new Set(some.flatMap(({ index }) => (index === null ? [] : [index])))]
  return { search: names(steps.filter((step) => !isAboutRights(step))), rights: names(steps.filter(isAboutRights)) }
}

const narrow: Words = {
  ja: 'patient= や code=（system|code の形）を加えると、索引で絞れます。',
  en: 'Add patient=, or code= in the form system|code, and an index can narrow it.',
}

const small: Words = {
  ja: '行の少ない表では、索引があってもデータベースが全行を読むほうを選ぶことがあります。多い表で同じとは限りません。',
  en: 'In a small table the database may prefer to read every row although there is an index. A large one may differ.',
}

function adviceFor(conditions: readonly ConditionPlan[]): Words | null {
  const read = conditions.find(({ way }) => way === 'text')
  if (read)
    return {
      ja: `「${read.name}」は本文を読むため、ほかの条件で十分に絞れないと断られます。コードで探せるなら code= を使ってください。`,
      en: `“${read.name}” reads the stored text, so it is refused unless other conditions leave few enough. Search by code= where you can.`,
    }
  // Among one person's rows it does not matter.
  if (conditions.some(({ way }) => way === 'person')) return null
  const within = conditions.find(({ name, way }) => way === 'narrowed' && /:(?:contains|kana-loose)/.test(name))
  return within
    ? {
        ja: `「${within.name}」は語の途中を探すため、索引の先頭一致を使えません。前方一致（修飾子なし）なら使えます。`,
        en: `“${within.name}” looks inside words, which an index by beginnings cannot answer. Without the modifier it can.`,
      }
    : null
}
