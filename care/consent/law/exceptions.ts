/**
 * May we without consent? One row a situation and act; no row, no exception. Items of a paragraph are cited only where they were read.
 * @law 個人情報の保護に関する法律 第18条第3項、第20条第2項、第27条第1項
 */
import type { LawFact } from './facts.ts'
import type { BodyKind, Exception } from './model.ts'
import type { Sentence } from '#kernel/language'

type Cell = string | null
type Situation = {
  id: string
  title: Sentence
  needs: readonly LawFact[]
  binds?: readonly BodyKind[]
  /** Clause for collecting special-care data, using beyond the purpose, giving; null: no. */
  collect: Cell
  use: Cell
  provide: Cell
  /** Proposed in the policy of 2026-01-09 and not law: binds nobody until a day is entered. */
  proposed?: true
}

const COLLECT = '第20条第2項'
const USE = '第18条第3項'
const GIVE = '第27条第1項'
const POLICY = '制度改正方針（2026-01-09。案）'

/** The matrix. */
export const situations: readonly Situation[] = [
  {
    id: 'law',
    needs: ['law-orders'],
    collect: COLLECT,
    use: USE,
    provide: GIVE,
    title: { ja: '法令に基づく（感染症の届出、令和7年法律第87号による支払基金への提供、がん登録など）', en: 'law orders or allows it' },
  },
  {
    id: 'vital',
    needs: ['life-at-stake', 'consent-hard'],
    collect: COLLECT,
    use: USE,
    provide: GIVE,
    title: { ja: '生命・身体・財産の保護のため。同意が困難', en: 'life, body, property; consent hard to get' },
  },
  {
    id: 'public-health',
    needs: ['public-health', 'consent-hard'],
    collect: COLLECT,
    use: USE,
    provide: GIVE,
    title: { ja: '公衆衛生・児童の健全育成に特に必要。同意が困難', en: 'public health, sound growth of children; consent hard' },
  },
  {
    id: 'public-task',
    needs: ['public-cooperation'],
    collect: COLLECT,
    use: USE,
    provide: GIVE,
    title: { ja: '国などの事務への協力', en: 'cooperation with a public task' },
  },
  {
    id: 'academic-self',
    binds: ['academic'],
    needs: ['academic-purpose', 'rights-not-harmed'],
    collect: COLLECT,
    use: `${USE}第5号`,
    provide: null,
    title: { ja: '学術研究機関等が自ら学術研究のために', en: 'the academic body itself' },
  },
  {
    id: 'academic-publication',
    binds: ['academic'],
    needs: ['teaching-or-publication', 'rights-not-harmed'],
    collect: null,
    use: null,
    provide: `${GIVE}第5号`,
    title: { ja: '学術研究の成果の公表・教授', en: 'publication or teaching by an academic body' },
  },
  {
    id: 'academic-joint',
    needs: ['joint-with-academic', 'academic-purpose', 'rights-not-harmed'],
    collect: COLLECT,
    use: null,
    provide: null,
    title: { ja: '学術研究機関等との共同研究で、相手から取得', en: 'joint research with an academic body: from the partner' },
  },
  {
    id: 'academic-joint-giver',
    binds: ['academic'],
    needs: ['joint-with-academic', 'academic-purpose', 'rights-not-harmed'],
    collect: null,
    use: null,
    provide: `${GIVE}第6号`,
    title: { ja: '共同研究の相手に、学術研究機関等が渡す', en: 'joint research: the academic body gives' },
  },
  {
    id: 'to-academic',
    needs: ['to-academic', 'academic-purpose', 'rights-not-harmed'],
    collect: null,
    use: `${USE}第6号`,
    provide: `${GIVE}第7号`,
    title: { ja: '学術研究機関等に渡す（渡す側は誰でも）', en: 'giving to an academic body, whoever gives' },
  },
  {
    id: 'statistics',
    proposed: true,
    needs: ['statistics-only', 'contract-and-publication'],
    collect: POLICY,
    use: null,
    provide: POLICY,
    title: { ja: '統計だけ（AIの開発を含む）。契約と公表', en: 'statistics only, AI development included' },
  },
  {
    id: 'not-against-will',
    proposed: true,
    needs: ['not-against-will'],
    collect: POLICY,
    use: POLICY,
    provide: POLICY,
    title: { ja: '本人の意思に反しないことが明らか', en: 'clearly not against the person’s will' },
  },
  {
    id: 'vital-wider',
    proposed: true,
    needs: ['life-at-stake', 'reasonable-ground'],
    collect: POLICY,
    use: POLICY,
    provide: POLICY,
    title: { ja: '生命・公衆衛生。同意を得ない相当の理由', en: 'life or public health with a reasonable ground' },
  },
  {
    id: 'medical-as-academic',
    proposed: true,
    needs: ['academic-purpose', 'rights-not-harmed', 'own-rules-published'],
    collect: POLICY,
    use: POLICY,
    provide: null,
    title: { ja: '医療機関を学術研究機関等に含める', en: 'medical institutions counted as academic bodies' },
  },
]

const acts = ['collect', 'use', 'provide'] as const

const rowsOf = (s: Situation): Exception[] =>
  acts.flatMap((act) => {
    const article = s[act]
    if (article === null) return []
    const dates = s.proposed === true ? { from: null, until: null } : { from: '2022-04-01', until: null }
    // Public bodies have a chapter of their own, whose duty names what it needs.
    const binds: readonly BodyKind[] = s.binds ?? ['private', 'academic']
    return [
      {
        id: `${s.id}/${act}`,
        situation: s.id,
        act,
        article,
        title: s.title,
        needs: s.needs,
        binds,
        confirmed: true,
        signedOffBy: null,
        ...dates,
      },
    ]
  })

export const exceptions: readonly Exception[] = situations.flatMap(rowsOf)

/** Exceptions of giving hold abroad too. @law 第28条第1項 */
export const exceptionActOf = { collect: 'collect', use: 'use', provide: 'provide', 'provide-abroad': 'provide' } as const
