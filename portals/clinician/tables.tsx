import type { ReactNode } from 'react'
import { type Column, EmptyState, formatPlainDate, Ja, t, Table, Tag } from '#ui'
import type { AnyItem, ItemOf } from './model.ts'
import { dateColumn, type Look, Result, sourceColumn, Title } from './parts.tsx'
import { named } from './words.ts'

const isA =
  <Is extends AnyItem['is']>(is: Is) =>
  (item: AnyItem): item is Extract<AnyItem, { is: Is }> =>
    item.is === is
export const isDiagnosis = isA('diagnosis')
export const isAllergy = isA('allergy')
export const isResult = isA('result')
export const isPrescription = isA('prescription')
export const isDocument = isA('document')

type TableOf<Item> = { items: readonly Item[]; look: Look; caption: string; empty?: ReactNode }

function ItemTable<Item extends AnyItem>(
  props: TableOf<Item> & { columns: Column<Item>[]; tone?: (item: Item) => 'attention' | 'harm' | null },
): ReactNode {
  const { items, look, caption, columns, tone, empty } = props
  if (items.length === 0) return empty ?? <Nothing look={look} />
  return <Table lang={look.lang} caption={caption} captionHidden columns={columns} rows={items} rowKey={(item) => item.id} rowTone={tone} />
}

export const Nothing = ({ look }: { look: Look }): ReactNode => (
  <EmptyState lang={look.lang} title={t(look.lang, { ja: '記録はありません', en: 'No records' })}>
    <p>{t(look.lang, { ja: '登録した医療機関はありません。', en: 'No institution has registered any.' })}</p>
  </EmptyState>
)

export function Diagnoses(props: TableOf<ItemOf<'diagnosis'>>): ReactNode {
  const { look } = props
  const { lang } = look
  const columns: Column<ItemOf<'diagnosis'>>[] = [
    {
      key: 'name',
      header: t(lang, { ja: '傷病名', en: 'Diagnosis' }),
      cell: (item) => (
        <Title item={item} look={look}>
          {item.principal ? <Tag tone="accent">{t(lang, { ja: '主病名', en: 'Main' })}</Tag> : null}{' '}
          {item.suspected ? <Tag tone="attention">{t(lang, { ja: '疑い', en: 'Suspected' })}</Tag> : null}{' '}
          {item.status === null || item.status === 'active' ? null : <Tag>{t(lang, named('clinicalStatus', item.status))}</Tag>}{' '}
          {item.current || (item.status !== null && item.status !== 'active') ? null : (
            <Tag>{t(lang, { ja: '否定・誤登録', en: 'Refuted or entered in error' })}</Tag>
          )}{' '}
          {item.abatement ? (
            <span className="note">
              {t(lang, { ja: `${formatPlainDate(item.abatement, lang)}まで`, en: `until ${formatPlainDate(item.abatement, lang)}` })}{' '}
            </span>
          ) : null}
        </Title>
      ),
    },
    dateColumn(look, t(lang, { ja: '発症日', en: 'Onset' })),
    sourceColumn(look),
  ]
  return <ItemTable {...props} columns={columns} />
}

export function Allergies(props: TableOf<ItemOf<'allergy'>>): ReactNode {
  const { look } = props
  const { lang } = look
  const columns: Column<ItemOf<'allergy'>>[] = [
    { key: 'name', header: t(lang, { ja: '原因', en: 'Cause' }), cell: (item) => <Title item={item} look={look} /> },
    {
      key: 'risk',
      header: t(lang, { ja: '重症度・反応', en: 'Risk and reaction' }),
      cell: (item) => (
        <>
          {item.criticality ? (
            <Tag tone={item.criticality === 'high' ? 'harm' : undefined}>{t(lang, named('criticality', item.criticality))}</Tag>
          ) : null}{' '}
          {item.current ? null : <Tag>{t(lang, { ja: '過去の記録', en: 'No longer current' })}</Tag>}{' '}
          <Ja>{[...item.reactions, item.note ?? ''].filter(Boolean).join('、')}</Ja>
        </>
      ),
    },
    dateColumn(look, t(lang, { ja: '記録日', en: 'Recorded' })),
    sourceColumn(look),
  ]
  return <ItemTable {...props} columns={columns} tone={(item) => (item.current && item.criticality === 'high' ? 'harm' : null)} />
}

export function Results(props: TableOf<ItemOf<'result'>>): ReactNode {
  const { look } = props
  const { lang } = look
  const columns: Column<ItemOf<'result'>>[] = [
    { key: 'name', header: t(lang, { ja: '検査項目', en: 'Item' }), cell: (item) => <Title item={item} look={look} /> },
    {
      key: 'value',
      header: t(lang, { ja: '結果と基準範囲', en: 'Result and reference range' }),
      cell: (item) => <Result item={item} lang={lang} />,
    },
    dateColumn(look, t(lang, { ja: '採取日', en: 'Taken' })),
    sourceColumn(look),
  ]
  return <ItemTable {...props} columns={columns} tone={(item) => (item.mark !== null && item.mark !== 'within' ? 'attention' : null)} />
}

export function Prescriptions(props: TableOf<ItemOf<'prescription'>>): ReactNode {
  const { look } = props
  const { lang } = look
  const columns: Column<ItemOf<'prescription'>>[] = [
    { key: 'name', header: t(lang, { ja: '薬', en: 'Drug' }), cell: (item) => <Title item={item} look={look} /> },
    {
      key: 'usage',
      header: t(lang, { ja: '用法・用量', en: 'Dose and use' }),
      cell: (item) => <Ja>{[item.dose === null ? '' : `1回${item.dose}`, item.usage ?? ''].filter(Boolean).join('　')}</Ja>,
    },
    dateColumn(look, t(lang, { ja: '処方日', en: 'Prescribed' })),
    sourceColumn(look),
  ]
  return <ItemTable {...props} columns={columns} />
}

export function Documents(props: TableOf<ItemOf<'document'>>): ReactNode {
  const { look } = props
  const { lang } = look
  const columns: Column<ItemOf<'document'>>[] = [
    { key: 'name', header: t(lang, { ja: '文書', en: 'Document' }), cell: (item) => <Title item={item} look={look} /> },
    {
      key: 'to',
      header: t(lang, { ja: 'あて先', en: 'Addressed to' }),
      cell: (item) =>
        item.addressee?.institutionNumber ? (
          <span lang="ja">
            {look.institutions(item.addressee.institutionNumber, item.addressee.name ?? item.addressee.institutionNumber)}
          </span>
        ) : item.addressee?.name ? (
          <Ja>{item.addressee.name}</Ja>
        ) : null,
    },
    dateColumn(look, t(lang, { ja: '作成日', en: 'Written' })),
    sourceColumn(look),
  ]
  return <ItemTable {...props} columns={columns} />
}

/** Any mixture of items, each by its name: for sections of documents and what is of no other kind. */
export function Others(props: TableOf<AnyItem>): ReactNode {
  const { look } = props
  const columns: Column<AnyItem>[] = [
    { key: 'name', header: t(look.lang, { ja: '記録', en: 'Record' }), cell: (item) => <Title item={item} look={look} /> },
    dateColumn(look, t(look.lang, { ja: '日付', en: 'Date' })),
    sourceColumn(look),
  ]
  return <ItemTable {...props} columns={columns} />
}
