import type { ReactNode } from 'react'
import type { Release, Term } from '#care/terminology'
import { DefinitionList, EmptyState, type Lang, Section, Table, t, Time } from '#ui'
import { Code } from './frame.tsx'

/** A code in every edition of its system, and what stands around it. */
export type CodeShown = {
  system: string
  code: string
  editions: readonly { release: Release; term: Term }[]
  current: { release: Release; term: Term } | null
  parent: Term | null
  children: readonly Term[]
}

export const codeHref = (system: string, code: string): string => `/developer/terminology?${new URLSearchParams({ system, code })}`

/** What a property of a master is called; one without a name is shown as the master writes it. */
const propertyNames: Readonly<Record<string, { ja: string; en: string }>> = {
  exchangeCode: { ja: '交換用コード', en: 'Exchange code' },
  keyNumber: { ja: '管理番号', en: 'Key number' },
  icd10: { ja: 'ICD-10', en: 'ICD-10' },
  icd10Second: { ja: 'ICD-10（複数分類）', en: 'ICD-10 (second)' },
  receiptCode: { ja: 'レセプト電算コード', en: 'Receipt code' },
  successor: { ja: '移行先', en: 'Replaced by' },
  adoption: { ja: '採択区分', en: 'Adoption' },
  hot7: { ja: 'HOT7', en: 'HOT7' },
  yj: { ja: 'YJコード', en: 'YJ code' },
  jan: { ja: 'JANコード', en: 'JAN code' },
  unit: { ja: '単位・規格', en: 'Unit and strength' },
  package: { ja: '包装形態', en: 'Package' },
  maker: { ja: '製造会社', en: 'Maker' },
  priceListCode: { ja: '薬価基準コード', en: 'Price list code' },
  genericCode: { ja: '一般名コード', en: 'Generic code' },
  strength: { ja: '規格', en: 'Strength' },
  kind: { ja: '区分', en: 'Kind' },
  level: { ja: '階層', en: 'Level' },
  changedOn: { ja: '変更日', en: 'Changed on' },
}

export function CodeDetail({ shown, lang }: { shown: CodeShown; lang: Lang }): ReactNode {
  const { current, code, system } = shown
  if (!current)
    return (
      <Section id="code" title={t(lang, { ja: 'コード', en: 'Code' })}>
        <EmptyState
          lang={lang}
          title={t(lang, { ja: 'このコードは、読み込まれたどの版にもありません', en: 'No loaded edition has this code' })}
        >
          <p>
            <Code>{code}</Code> <span className="note">{system}</span>
          </p>
        </EmptyState>
      </Section>
    )
  return (
    <Section id="code" title={<span lang="ja">{current.term.display}</span>}>
      <Facts shown={shown} current={current} lang={lang} />
      <Editions shown={shown} lang={lang} />
      {shown.children.length > 0 ? <Children shown={shown} lang={lang} /> : null}
    </Section>
  )
}

function Facts({
  shown,
  current: { term, release },
  lang,
}: {
  shown: CodeShown
  current: { release: Release; term: Term }
  lang: Lang
}): ReactNode {
  const others = term.others.map((o) => (
    <span key={`${o.language} ${o.value}`} lang={o.language ?? 'ja'}>
      {o.value}
    </span>
  ))
  const properties = Object.entries(term.properties).map(([name, value]) => ({
    term: propertyNames[name]?.[lang] ?? name,
    value: <span lang="ja">{value}</span>,
  }))
  return (
    <DefinitionList
      items={[
        { term: t(lang, { ja: 'コード', en: 'Code' }), value: <Code>{term.code}</Code> },
        {
          term: t(lang, { ja: 'コード体系', en: 'Code system' }),
          value: [
            release.title[lang],
            <span key="url" className="note">
              {release.system}
            </span>,
          ],
        },
        { term: t(lang, { ja: '読み', en: 'Reading' }), value: term.kana ? <span lang="ja">{term.kana}</span> : [] },
        { term: t(lang, { ja: '別名', en: 'Other names' }), value: others },
        { term: t(lang, { ja: '使える期間', en: 'May be used' }), value: <Span of={term} lang={lang} /> },
        ...(shown.parent
          ? [{ term: t(lang, { ja: '上位', en: 'Above it' }), value: <Above of={shown.parent} system={shown.system} /> }]
          : []),
        ...properties,
      ]}
    />
  )
}

const Above = ({ of: { code, display }, system }: { of: Term; system: string }): ReactNode => (
  <a href={codeHref(system, code)} lang="ja">
    {display}
  </a>
)

/** The days between which a code may be used; an open end is said, not left blank. */
function Span({ of: { validFrom, validTo, status }, lang }: { of: Term; lang: Lang }): ReactNode {
  if (status === 'retired' && validTo === null) return t(lang, { ja: '使用終了（日付の記載なし）', en: 'No longer used (no date given)' })
  if (validFrom === null && validTo === null) return t(lang, { ja: '期限の記載なし', en: 'No dates given' })
  return (
    <>
      {validFrom === null ? t(lang, { ja: '記載なし', en: 'not given' }) : <Time lang={lang} value={validFrom} />}
      {t(lang, { ja: ' から ', en: ' to ' })}
      {validTo === null ? t(lang, { ja: '期限なし', en: 'open' }) : <Time lang={lang} value={validTo} />}
    </>
  )
}

const Editions = ({ shown: { editions, current }, lang }: { shown: CodeShown; lang: Lang }): ReactNode => (
  <Table
    lang={lang}
    caption={t(lang, { ja: '版ごとの名称', en: 'Its name in each edition' })}
    rows={editions}
    rowKey={({ release }) => String(release.id)}
    rowTone={(edition) => (edition === current ? 'now' : null)}
    columns={[
      {
        key: 'from',
        header: t(lang, { ja: '版（有効になる日）', en: 'Edition (holds from)' }),
        cell: ({ release }) => <Time lang={lang} value={release.validFrom} />,
      },
      { key: 'name', header: t(lang, { ja: '名称', en: 'Name' }), cell: ({ term }) => <span lang="ja">{term.display}</span> },
      { key: 'span', header: t(lang, { ja: '使える期間', en: 'May be used' }), cell: ({ term }) => <Span of={term} lang={lang} /> },
    ]}
  />
)

const Children = ({ shown: { children, system }, lang }: { shown: CodeShown; lang: Lang }): ReactNode => (
  <Table
    lang={lang}
    caption={t(lang, { ja: `下位（${children.length}）`, en: `Below it (${children.length})` })}
    rows={children}
    rowKey={({ code }) => code}
    columns={[
      {
        key: 'name',
        header: t(lang, { ja: '名称', en: 'Name' }),
        cell: ({ code, display }) => (
          <a href={codeHref(system, code)} lang="ja">
            {display}
          </a>
        ),
      },
      { key: 'code', header: t(lang, { ja: 'コード', en: 'Code' }), cell: ({ code }) => <Code>{code}</Code> },
    ]}
  />
)
