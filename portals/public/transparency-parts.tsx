import type { ReactNode } from 'react'
import { accessRules, CONSENT_HOURS, retentionYears, statutesOn, VIEW_YEARS } from '#care/consent'
import type { Purpose } from '#kernel/context'
import type { Sentence } from '#kernel/language'
import { isHttpRow, type Row } from '#kernel/route'
import { DefinitionList, Details, Ja, kindName, type Lang, Table, t } from '#ui'
import { partWords } from './words.ts'

const purposes: readonly Purpose[] = ['TREAT', 'ETREAT', 'HPAYMT', 'HRESCH', 'PATRQT', 'HOPERAT']

/** Per purpose: how many doors of the program serve it, and by which laws, as the list of doors says itself. */
export function purposesOf(surface: readonly Row[]): { purpose: Purpose; doors: number; laws: string[] }[] {
  const doors = surface.filter(isHttpRow).filter((row) => row.audit !== 'none')
  return purposes.flatMap((purpose) => {
    const of = doors.filter((row) => row.why.includes(purpose))
    return of.length === 0 ? [] : [{ purpose, doors: of.length, laws: [...new Set(of.map((row) => row.law))].sort() }]
  })
}

const kept: readonly { of: Parameters<typeof retentionYears>[0]; what: Sentence }[] = [
  { of: 'chart', what: { ja: '診療の記録（診療が終わってから）', en: 'Medical records (from the end of treatment)' } },
  { of: 'other-medical', what: { ja: 'そのほかの診療の記録', en: 'Other medical records' } },
  { of: 'access-log', what: { ja: '誰が見たかの記録', en: 'The log of who looked' } },
  { of: 'provision-record', what: { ja: '提供した・受け取った記録', en: 'Records of giving and receiving' } },
]

/** Kinds of data that are kept. */
export function Processed({ lang }: { lang: Lang }): ReactNode {
  const kinds = Object.values(kindName).map((name) => name[lang])
  return (
    <ul>
      <li>
        {t(lang, { ja: `医療機関が登録した診療の情報：${kinds.join('、')}`, en: `What institutions registered: ${kinds.join(', ')}` })}
      </li>
      <li>{t(lang, { ja: '氏名・生年月日・性別・住所・保険の番号', en: 'Name, birth date, sex, address, insurance numbers' })}</li>
      <li>{t(lang, { ja: '同意と、見せない設定、家族や代理の登録', en: 'Consents, what you closed, and who may act for you' })}</li>
      <li>{t(lang, { ja: '誰が、いつ、何のために、どの種類の情報に触れたか', en: 'Who touched which kind of data, when and why' })}</li>
      <li>
        {t(lang, {
          ja: '届け先として登録したメールアドレスと端末、質問の文章',
          en: 'Mail addresses and devices you entered, and your questions',
        })}
      </li>
    </ul>
  )
}

/** What it is used for, as the list of doors says itself. */
export function Purposes({ surface, lang }: { surface: readonly Row[]; lang: Lang }): ReactNode {
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '利用の目的と根拠', en: 'Purposes and laws' })}
      captionHidden
      rows={purposesOf(surface)}
      rowKey={(row) => row.purpose}
      columns={[
        { key: 'purpose', header: t(lang, { ja: '目的', en: 'Purpose' }), cell: (row) => partWords[row.purpose]?.[lang] ?? row.purpose },
        {
          key: 'doors',
          header: t(lang, { ja: 'この目的で動く窓口の数', en: 'Doors that serve it' }),
          numeric: true,
          cell: (row) => row.doors,
        },
        {
          key: 'laws',
          header: t(lang, { ja: '根拠', en: 'Law or standard' }),
          cell: (row) => (
            <Details summary={t(lang, { ja: `${row.laws.length}件の根拠を見る`, en: `See all ${row.laws.length}` })}>
              <ul>
                {row.laws.map((law) => (
                  <li key={law}>
                    <Ja>{law}</Ja>
                  </li>
                ))}
              </ul>
            </Details>
          ),
        },
      ]}
    />
  )
}

/** By which rules anybody sees anything. */
export function WhoSees({ lang, today }: { lang: Lang; today: string }): ReactNode {
  return (
    <>
      <p>
        {t(lang, {
          ja: `次のどれかに当たる人だけが見られます。読み取り機での同意は${CONSENT_HOURS}時間、ほかの医療機関が見られるのはこの${VIEW_YEARS}年の記録です。`,
          en: `Only whoever falls under one of these may see anything. Consent at a reader lasts ${CONSENT_HOURS} hours; other institutions see the last ${VIEW_YEARS} years.`,
        })}
      </p>
      <ul>
        {accessRules.map((rule) => (
          <li key={rule.id}>{rule.because[lang]}</li>
        ))}
      </ul>
      <Details summary={t(lang, { ja: '同意がなくても見られる場合を定めた法律', en: 'Laws that allow seeing without consent' })}>
        <ul>
          {statutesOn(today).map((statute) => (
            <li key={statute.id}>
              {statute.title[lang]} — <Ja>{statute.citation}</Ja>
            </li>
          ))}
        </ul>
        <p>
          {t(lang, {
            ja: 'どれも、登録されて期間のあるときだけ使えます。使われたことは本人の「誰が見たか」に残ります。',
            en: 'Each holds only while it is registered, for its days. Its use stands in the person’s log.',
          })}
        </p>
      </Details>
    </>
  )
}

/** How long what is kept. */
export const Kept = ({ lang, today }: { lang: Lang; today: string }): ReactNode => (
  <DefinitionList
    items={kept.map(({ of, what }) => ({
      term: what[lang],
      value: t(lang, {
        ja: `${retentionYears(of, today)}年以上（法律で決まった期間と、この基盤の下限の長いほう）`,
        en: `at least ${retentionYears(of, today)} years (the law’s period or our own, whichever is longer)`,
      }),
    }))}
  />
)
