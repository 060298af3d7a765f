import type { ReactElement, ReactNode } from 'react'
import type { Hit, Release } from '#care/terminology'
import { EmptyState, Form, type Lang, Section, Select, Table, Tag, t, TermSearch, Time } from '#ui'
import { Code, CodeBlock, DeveloperPage, type PageOf } from './frame.tsx'
import { CodeDetail, type CodeShown, codeHref } from './page-terminology-code.tsx'

/** What was asked of the page and what was found. */
export type TerminologyShown = {
  /** Editions that hold today, and every one there is. */
  inForce: readonly Release[]
  releases: readonly Release[]
  query: string
  system: string
  hits: readonly Hit[]
  code: CodeShown | null
  /** Code systems and value sets of packages and of R4 whose address holds the words. */
  others: { words: string; found: readonly { type: 'CodeSystem' | 'ValueSet'; canonical: string }[]; total: number }
}

/** Standard codes: what is loaded, what a code means, and since when. */
export function TerminologyPage({ on, shown }: { on: PageOf; shown: TerminologyShown }): ReactElement {
  const { lang } = on
  const lead = t(lang, {
    ja: '病名・医薬品・検査などの標準コードを、漢字・かな・コードのどれでも探せます。',
    en: 'Find standard codes of diseases, medicines, tests and more by name, reading or code.',
  })
  return (
    <DeveloperPage on={on} here="/developer/terminology" title={t(lang, { ja: '標準コード', en: 'Standard codes' })} lead={lead}>
      {shown.inForce.length > 0 ? <SearchForm shown={shown} lang={lang} /> : null}
      {shown.code ? <CodeDetail shown={shown.code} lang={lang} /> : null}
      {shown.query !== '' && shown.inForce.length > 0 ? <Hits shown={shown} lang={lang} /> : null}
      <Masters shown={shown} lang={lang} />
      <Others others={shown.others} lang={lang} />
    </DeveloperPage>
  )
}

function SearchForm({ shown: { inForce, query, system }, lang }: { shown: TerminologyShown; lang: Lang }): ReactNode {
  const all = { value: '', label: t(lang, { ja: 'すべて', en: 'All' }) }
  return (
    <Form action="/developer/terminology" method="get" label={t(lang, { ja: '標準コードを探す', en: 'Find standard codes' })}>
      <TermSearch
        lang={lang}
        name="q"
        label={t(lang, { ja: '名称・読み・コード', en: 'Name, reading or code' })}
        hint={t(lang, {
          ja: 'ひらがな、カタカナ、半角カナの区別はありません。',
          en: 'Hiragana, katakana and half-width kana are all the same.',
        })}
        value={query}
        href="/developer/terminology?system={system}&code={code}"
      />
      <Select
        lang={lang}
        name="system"
        label={t(lang, { ja: 'コード体系', en: 'Code system' })}
        options={[all, ...inForce.map((r) => ({ value: r.system, label: r.title[lang] }))]}
        value={system}
      />
      <button type="submit" className="button button-primary">
        {t(lang, { ja: '探す', en: 'Search' })}
      </button>
    </Form>
  )
}

const titleOf = (releases: readonly Release[], system: string, lang: Lang): string =>
  releases.find((r) => r.system === system)?.title[lang] ?? system

function Hits({ shown: { hits, query, releases }, lang }: { shown: TerminologyShown; lang: Lang }): ReactNode {
  return (
    <Section id="hits" title={t(lang, { ja: '見つかったコード', en: 'Codes found' })}>
      <Table
        lang={lang}
        caption={t(lang, { ja: '見つかったコード', en: 'Codes found' })}
        captionHidden
        rows={hits}
        rowKey={(hit) => `${hit.system} ${hit.code}`}
        empty={
          <EmptyState lang={lang} title={t(lang, { ja: 'このことばのコードは見つかりませんでした', en: 'No code has these words' })}>
            <p>
              {t(lang, {
                ja: 'ことばを短くするか、コード体系を「すべて」にしてください。1文字のときは、その文字で始まるものだけを探します。',
                en: 'Use fewer letters, or all code systems. A single letter finds only what begins with it.',
              })}{' '}
              <span lang="ja">{query}</span>
            </p>
          </EmptyState>
        }
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '名称', en: 'Name' }),
            cell: (hit) => (
              <>
                <a href={codeHref(hit.system, hit.code)} lang="ja">
                  {hit.display}
                </a>{' '}
                <Usable hit={hit} lang={lang} />
              </>
            ),
          },
          {
            key: 'kana',
            header: t(lang, { ja: '読み', en: 'Reading' }),
            cell: (hit) => (hit.kana ? <span lang="ja">{hit.kana}</span> : '–'),
          },
          { key: 'code', header: t(lang, { ja: 'コード', en: 'Code' }), cell: (hit) => <Code>{hit.code}</Code> },
          { key: 'system', header: t(lang, { ja: 'コード体系', en: 'Code system' }), cell: (hit) => titleOf(releases, hit.system, lang) },
        ]}
      />
    </Section>
  )
}

const Usable = ({ hit, lang }: { hit: Hit; lang: Lang }): ReactNode =>
  hit.status === 'active' && hit.validTo === null ? null : (
    <Tag tone="attention">
      {hit.validTo === null
        ? t(lang, { ja: '使用終了', en: 'No longer used' })
        : t(lang, { ja: `${hit.validTo} まで`, en: `Until ${hit.validTo}` })}
    </Tag>
  )

const LOAD = 'npm run enishi -- terminology layouts\nnpm run enishi -- terminology load FILE --as medis-disease --date 2026-11-01'

function Masters({ shown: { releases, inForce }, lang }: { shown: TerminologyShown; lang: Lang }): ReactNode {
  const holding = new Set(inForce.map((r) => r.id))
  return (
    <Section
      id="masters"
      title={t(lang, { ja: '読み込まれているマスター', en: 'Masters that are loaded' })}
      lead={t(lang, {
        ja: 'マスターは配布元の利用条件のもとで運用者が読み込みます。この製品には含まれていません。',
        en: 'Masters are loaded by the operator under their publishers’ terms. None is part of this product.',
      })}
    >
      <Table
        lang={lang}
        caption={t(lang, { ja: '読み込まれているマスター', en: 'Masters that are loaded' })}
        captionHidden
        rows={releases}
        rowKey={(r) => String(r.id)}
        empty={
          <EmptyState lang={lang} title={t(lang, { ja: 'マスターはまだ読み込まれていません', en: 'No master has been loaded yet' })}>
            <p>
              {t(lang, {
                ja: '配布元から受け取ったファイルを、そのまま次の命令で読み込んでください。読み込むと、ここで探せるようになり、提出の検査にも使われます。',
                en: 'Load the files as you received them from their publishers. They can then be searched here, and submissions are checked against them.',
              })}
            </p>
            <CodeBlock id="load-masters" lang={lang} label={t(lang, { ja: '読み込みの命令', en: 'Commands that load' })} text={LOAD} />
          </EmptyState>
        }
        columns={[
          {
            key: 'title',
            header: t(lang, { ja: '名称', en: 'Name' }),
            cell: (r) => (
              <>
                {r.title[lang]} {holding.has(r.id) ? <Tag tone="success">{t(lang, { ja: '今日有効', en: 'Holds today' })}</Tag> : null}
                {r.note === '' ? null : (
                  <>
                    {' '}
                    <Tag tone="attention">
                      <span lang="ja">{r.note}</span>
                    </Tag>
                  </>
                )}
                <br />
                <span className="note">{r.system}</span>
              </>
            ),
          },
          { key: 'from', header: t(lang, { ja: '有効になる日', en: 'Holds from' }), cell: (r) => <Time lang={lang} value={r.validFrom} /> },
          { key: 'terms', header: t(lang, { ja: '件数', en: 'Codes' }), numeric: true, cell: (r) => r.terms.toLocaleString('en-US') },
          { key: 'file', header: t(lang, { ja: 'ファイル', en: 'File' }), cell: (r) => <span className="note">{r.file}</span> },
        ]}
      />
    </Section>
  )
}

/** Code systems and value sets that come with packages and with R4 itself. */
function Others({ others: { words, found, total }, lang }: { others: TerminologyShown['others']; lang: Lang }): ReactNode {
  const expand = (canonical: string) =>
    `/developer/query?q=${encodeURIComponent(`ValueSet/$expand?url=${encodeURIComponent(canonical)}&count=100`)}`
  return (
    <Section
      id="others"
      title={t(lang, { ja: 'パッケージと FHIR のコード体系・値セット', en: 'Code systems and value sets of packages and FHIR' })}
      action={
        words === '' || total > found.length ? (
          <span className="note">
            {words === ''
              ? t(lang, { ja: `${total}件`, en: `${total}` })
              : t(lang, { ja: `${total}件のうち${found.length}件`, en: `${found.length} of ${total}` })}
          </span>
        ) : null
      }
    >
      <Form action="/developer/terminology#others" method="get" label={t(lang, { ja: 'URLで探す', en: 'Find by URL' })}>
        <div className="query-actions query-fields">
          <div className="field">
            <label htmlFor="field-find">{t(lang, { ja: 'URLの一部', en: 'Part of the URL' })}</label>
            <input className="input input-medium" type="search" id="field-find" name="find" defaultValue={words} maxLength={100} />
          </div>
          <button type="submit" className="button button-secondary">
            {t(lang, { ja: '表示する', en: 'Show' })}
          </button>
        </div>
      </Form>
      {words === '' ? null : (
        <Table
          lang={lang}
          caption={t(lang, { ja: 'コード体系と値セット', en: 'Code systems and value sets' })}
          captionHidden
          rows={found}
          rowKey={(one) => `${one.type} ${one.canonical}`}
          columns={[
            { key: 'canonical', header: 'URL', cell: (one) => <span className="note">{one.canonical}</span> },
            { key: 'type', header: t(lang, { ja: '種類', en: 'Kind' }), cell: (one) => one.type },
            {
              key: 'open',
              header: t(lang, { ja: '中身', en: 'Contents' }),
              cell: (one) =>
                one.type === 'ValueSet' ? <a href={expand(one.canonical)}>{t(lang, { ja: 'コードを見る', en: 'See the codes' })}</a> : '–',
            },
          ]}
        />
      )}
    </Section>
  )
}
