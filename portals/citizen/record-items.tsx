import type { ReactNode } from 'react'
import type { AllergyItem, ChartItem, DiagnosisItem, DocumentItem, OtherItem, PrescriptionItem, ResultItem } from '#care/record'
import type { Lang } from '#kernel/language'
import { Card, Details, ProvenanceChip, ResultValue, Stack, Table, Tag, Time, t } from '#ui'

const nameOf = (item: ChartItem): string => ('title' in item ? item.title : item.name) ?? item.type

/** Where a fact of the record comes from, when, and who may see it. */
export function From({ item, lang }: { item: ChartItem; lang: Lang }): ReactNode {
  return (
    <>
      <ProvenanceChip
        lang={lang}
        institution={item.origin.institutionName}
        on={item.on ?? item.registeredAt}
        audience={t(lang, { ja: 'あなたと同意先', en: 'you and those you allow' })}
      />{' '}
      <a className="note" href={`/me/consents/closing?item=${encodeURIComponent(`${item.type}/${item.id}`)}`}>
        {t(lang, { ja: '見せない…', en: 'Hide…' })}
        <span className="visually-hidden" lang="ja">
          {`（${nameOf(item)}）`}
        </span>
      </a>
    </>
  )
}

const unnamed = (lang: Lang) => t(lang, { ja: '名前の記載なし', en: 'No name given' })
const Name = ({ name, lang }: { name: string | null; lang: Lang }): ReactNode =>
  name === null ? unnamed(lang) : <span lang="ja">{name}</span>

/** The name, and how often the institution sent the same fact. */
function Told({ item, lang }: { item: DiagnosisItem | PrescriptionItem; lang: Lang }): ReactNode {
  return (
    <>
      <Name name={item.name} lang={lang} />
      {item.also.length === 0 ? null : (
        <Details summary={t(lang, { ja: `同じ内容の登録 ${item.also.length + 1}件`, en: `Sent ${item.also.length + 1} times` })}>
          <ul>
            {[item, ...item.also].map(({ id, registeredAt }) => (
              <li key={id}>
                <Time value={registeredAt} lang={lang} withTime />
              </li>
            ))}
          </ul>
        </Details>
      )}
    </>
  )
}
const keyOf = (item: ChartItem) => `${item.type}/${item.id}`
const fromHeader = (lang: Lang) => t(lang, { ja: 'どこの記録か', en: 'From' })

type List<T> = { lang: Lang; caption: string; items: readonly T[] }

export function Diagnoses({ lang, caption, items }: List<DiagnosisItem>): ReactNode {
  return (
    <Table
      lang={lang}
      caption={caption}
      captionHidden
      rows={items}
      rowKey={keyOf}
      columns={[
        { key: 'name', header: t(lang, { ja: '病名', en: 'Diagnosis' }), cell: (item) => <Told item={item} lang={lang} /> },
        {
          key: 'state',
          header: t(lang, { ja: '状態', en: 'State' }),
          cell: (item) => (
            <>
              <Tag>{item.current ? t(lang, { ja: '継続中', en: 'Ongoing' }) : t(lang, { ja: '終了', en: 'Over' })}</Tag>{' '}
              {item.suspected ? <Tag>{t(lang, { ja: '疑い', en: 'Suspected' })}</Tag> : null}
            </>
          ),
        },
        { key: 'from', header: fromHeader(lang), cell: (item) => <From item={item} lang={lang} /> },
      ]}
    />
  )
}

const categories: Record<string, { ja: string; en: string }> = {
  medication: { ja: '薬', en: 'Drug' },
  food: { ja: '食べ物', en: 'Food' },
  environment: { ja: '環境', en: 'Environment' },
  biologic: { ja: '生物由来のもの', en: 'Biologic' },
}

export function Allergies({ lang, caption, items }: List<AllergyItem>): ReactNode {
  const category = (name: string | null) =>
    name !== null && Object.hasOwn(categories, name) ? categories[name]![lang] : t(lang, { ja: 'その他', en: 'Other' })
  return (
    <Table
      lang={lang}
      caption={caption}
      captionHidden
      rows={items}
      rowKey={keyOf}
      columns={[
        { key: 'name', header: t(lang, { ja: '原因になるもの', en: 'Cause' }), cell: (item) => <Name name={item.name} lang={lang} /> },
        {
          key: 'category',
          header: t(lang, { ja: '種類', en: 'Kind' }),
          cell: (item) => (
            <>
              {category(item.category)}{' '}
              {item.criticality === 'high' ? <Tag tone="attention">{t(lang, { ja: '重くなるおそれ', en: 'May be severe' })}</Tag> : null}
              {item.current ? null : <Tag>{t(lang, { ja: '終了', en: 'Over' })}</Tag>}
            </>
          ),
        },
        {
          key: 'what',
          header: t(lang, { ja: '起きること', en: 'Reaction' }),
          cell: (item) => <span lang="ja">{[...item.reactions, item.note].filter(Boolean).join('、') || '—'}</span>,
        },
        { key: 'from', header: fromHeader(lang), cell: (item) => <From item={item} lang={lang} /> },
      ]}
    />
  )
}

const absences: Record<string, { ja: string; en: string }> = {
  'not-performed': { ja: '実施していません', en: 'Not done' },
  error: { ja: '測定できませんでした', en: 'Could not be measured' },
  unknown: { ja: '結果は不明です', en: 'Result unknown' },
  'asked-declined': { ja: '本人が希望しませんでした', en: 'Declined' },
}

/** A value with its unit and range, or why there is none. */
export function Value({ item, lang }: { item: ResultItem; lang: Lang }): ReactNode {
  if (item.value === null) {
    const why = item.absent
    return why !== null && Object.hasOwn(absences, why)
      ? absences[why]![lang]
      : (why ?? t(lang, { ja: '結果の記載なし', en: 'No result given' }))
  }
  return (
    <>
      <ResultValue lang={lang} value={item.value} unit={item.unit ?? undefined} range={item.reference ?? undefined} mark={item.mark} />
      {item.status === 'preliminary' || item.status === 'registered' ? <Tag>{t(lang, { ja: '途中の結果', en: 'Not final' })}</Tag> : null}
    </>
  )
}

export function Results({ lang, caption, items }: List<ResultItem>): ReactNode {
  return (
    <Table
      lang={lang}
      caption={caption}
      captionHidden
      rows={items}
      rowKey={keyOf}
      rowTone={(item) => (item.outOfRange || item.mark === 'abnormal' ? 'attention' : null)}
      columns={[
        { key: 'name', header: t(lang, { ja: '検査', en: 'Test' }), cell: (item) => <Name name={item.name} lang={lang} /> },
        {
          key: 'value',
          header: t(lang, { ja: '結果と基準範囲', en: 'Result and range' }),
          cell: (item) => <Value item={item} lang={lang} />,
        },
        { key: 'from', header: fromHeader(lang), cell: (item) => <From item={item} lang={lang} /> },
      ]}
    />
  )
}

export function Prescriptions({ lang, caption, items }: List<PrescriptionItem>): ReactNode {
  const days = (item: PrescriptionItem) =>
    item.days === null || item.usage?.includes('日分') ? '' : t(lang, { ja: `${item.days}日分`, en: `${item.days} days` })
  return (
    <Table
      lang={lang}
      caption={caption}
      captionHidden
      rows={items}
      rowKey={keyOf}
      columns={[
        { key: 'name', header: t(lang, { ja: '薬', en: 'Drug' }), cell: (item) => <Told item={item} lang={lang} /> },
        {
          key: 'usage',
          header: t(lang, { ja: '使い方', en: 'How to use' }),
          cell: (item) => (
            <span lang="ja">
              {[item.dose && t(lang, { ja: `1回${item.dose}`, en: item.dose }), item.usage, days(item)].filter(Boolean).join('　') || '—'}
            </span>
          ),
        },
        { key: 'from', header: fromHeader(lang), cell: (item) => <From item={item} lang={lang} /> },
      ]}
    />
  )
}

/** Documents one under another, their text folded away. */
export function Documents({ lang, items }: { lang: Lang; items: readonly DocumentItem[] }): ReactNode {
  return (
    <Stack>
      {items.map((item) => (
        <Card
          key={keyOf(item)}
          title={<span lang="ja">{item.title ?? t(lang, { ja: '文書', en: 'Document' })}</span>}
          footer={<From item={item} lang={lang} />}
        >
          {item.sections.length === 0 ? (
            <p className="note">
              {t(lang, {
                ja: '文章の記載はありません。中の結果や薬は、それぞれの欄に出ています。',
                en: 'No text of its own. What it contains is listed under its kind.',
              })}
            </p>
          ) : (
            <Details summary={t(lang, { ja: '内容を読む', en: 'Read it' })}>
              <div lang="ja">
                {item.sections.map((section, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: sections may share a title
                  <div key={index}>
                    <h4>{section.title}</h4>
                    {section.text.split('\n').map((line, row) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: lines may repeat
                      <p key={row}>{line}</p>
                    ))}
                  </div>
                ))}
              </div>
            </Details>
          )}
        </Card>
      ))}
    </Stack>
  )
}

export function Others({ lang, caption, items }: List<OtherItem>): ReactNode {
  return (
    <Table
      lang={lang}
      caption={caption}
      captionHidden
      rows={items}
      rowKey={keyOf}
      columns={[
        { key: 'name', header: t(lang, { ja: '内容', en: 'What' }), cell: (item) => <Name name={item.name} lang={lang} /> },
        { key: 'from', header: fromHeader(lang), cell: (item) => <From item={item} lang={lang} /> },
      ]}
    />
  )
}
