import type { ReactNode } from 'react'
import type { Row } from '#kernel/route'
import type { Sentence } from '#kernel/language'
import { Banner, DefinitionList, formatDate, type Lang, renderPage, Section, Table, t } from '#ui'
import { PublicPage, type PageOf } from './frame.tsx'
import type { OperatorFacts } from './operator-facts.ts'
import { Kept, Processed, Purposes, WhoSees } from './transparency-parts.tsx'

/** What leaves the platform, and to whom, as it is configured. */
export type Outside = { what: Sentence; to: readonly string[]; says: Sentence }

export type TransparencyView = {
  facts: OperatorFacts | null
  surface: readonly Row[]
  outside: readonly Outside[]
  /** Day in Japan whose rules are shown. */
  today: string
  /** Independent witnesses that sign under the log. */
  witnesses: number
}

function Who({ facts, on }: { facts: OperatorFacts | null; on: PageOf }): ReactNode {
  const { lang, demo } = on
  if (facts === null)
    return (
      <Banner
        tone="attention"
        lang={lang}
        title={
          demo
            ? t(lang, {
                ja: 'これはデモです。運用者も、実在の人の情報もありません',
                en: 'This is a demo: nobody runs it, and nobody in it exists',
              })
            : t(lang, { ja: '運用者が、まだ自分たちのことを書いていません', en: 'The operator has not yet said who they are' })
        }
      >
        <p>
          {demo
            ? t(lang, {
                ja: '実際の運用では、名前・住所・連絡先・サーバーの国・委託先がここに出ます。',
                en: 'In real use, name, address, contact, countries of servers and contractors stand here.',
              })
            : t(lang, {
                ja: '運用者の方へ：ENISHI_TRANSPARENCY でファイルを指定してください（docs/operations/notices.md）。',
                en: 'To the operator: name a file in ENISHI_TRANSPARENCY (docs/operations/notices.md).',
              })}
        </p>
      </Banner>
    )
  return (
    <DefinitionList
      items={[
        { term: t(lang, { ja: '名前', en: 'Name' }), value: facts.name[lang] },
        { term: t(lang, { ja: '住所', en: 'Address' }), value: facts.address[lang] },
        { term: t(lang, { ja: '代表者', en: 'Represented by' }), value: facts.representative[lang] },
        {
          term: t(lang, { ja: '問い合わせ・苦情', en: 'Contact and complaints' }),
          value: [facts.contact[lang], facts.phone, facts.mail].filter(Boolean),
        },
        ...(facts.complaintsBody
          ? [{ term: t(lang, { ja: '苦情を申し出られる団体', en: 'Body that hears complaints' }), value: facts.complaintsBody[lang] }]
          : []),
        {
          term: t(lang, { ja: 'サーバーの場所', en: 'Servers' }),
          value: facts.servers.map((s) => `${s.place[lang]}（${s.country[lang]}）`),
        },
        { term: t(lang, { ja: '最後に確かめた日', en: 'Last checked' }), value: formatDate(facts.checkedOn, lang) },
      ]}
    />
  )
}

const Leaving = ({ facts, outside, lang }: { facts: OperatorFacts | null; outside: readonly Outside[]; lang: Lang }): ReactNode => (
  <>
    <ul>
      {outside.map((one) => (
        <li key={one.what.en}>
          {one.what[lang]}
          {lang === 'ja' ? '：' : ': '}
          {one.to.length === 0 ? t(lang, { ja: '送っていません', en: 'nothing is sent' }) : `${one.to.join(', ')} — ${one.says[lang]}`}
        </li>
      ))}
    </ul>
    {facts === null ? null : facts.contractors.length === 0 ? (
      <p>{t(lang, { ja: '委託先はありません。', en: 'There are no contractors.' })}</p>
    ) : (
      <Table
        lang={lang}
        caption={t(lang, { ja: '委託先', en: 'Contractors' })}
        rows={facts.contractors}
        rowKey={(c) => c.name.ja}
        columns={[
          { key: 'name', header: t(lang, { ja: '名前', en: 'Name' }), cell: (c) => c.name[lang] },
          { key: 'does', header: t(lang, { ja: '頼んでいること', en: 'What for' }), cell: (c) => c.does[lang] },
          { key: 'country', header: t(lang, { ja: '国', en: 'Country' }), cell: (c) => c.country[lang] },
        ]}
      />
    )}
  </>
)

const rights: readonly { href: string; words: Sentence }[] = [
  { href: '/me/record', words: { ja: '自分の記録を見る（開示）', en: 'See your record' } },
  { href: '/me/access-log', words: { ja: '誰が見たかを確かめ、質問する', en: 'See who looked, and ask' } },
  { href: '/me/consents', words: { ja: '同意を取り消す、見せないと決める（利用停止）', en: 'Withdraw a consent, close what you will' } },
  {
    href: '/me/profile',
    words: {
      ja: '登録されている情報を確かめる（訂正は登録した医療機関か保険者へ）',
      en: 'Check what is registered (ask the institution or insurer to correct it)',
    },
  },
]

const Safety = ({ witnesses, facts, lang }: { witnesses: number; facts: OperatorFacts | null; lang: Lang }): ReactNode => (
  <ul>
    <li>
      {t(lang, {
        ja: '見るたびに、そのときの同意と決まりで判断し、記録が残せないときは何も見せません。',
        en: 'Every look is judged by the consents and rules of its moment; nothing is shown unless it can be logged.',
      })}
    </li>
    <li>
      {t(lang, {
        ja: `誰が見たかの記録は、運用者も書き換えられない形で、1秒ごとに署名しています。独立した立会人の署名：${witnesses === 0 ? 'なし' : `${witnesses}者`}。`,
        en: `The log of who looked cannot be changed unnoticed, not even by the operator; it is signed every second. Independent witnesses: ${witnesses === 0 ? 'none' : witnesses}.`,
      })}
    </li>
    <li>
      {t(lang, {
        ja: '職員は2つの方法で本人確認し、権限は求めごとに確かめます。',
        en: 'Staff prove themselves in two ways, and rights are checked at every request.',
      })}
    </li>
    {(facts?.measures ?? []).map((measure) => (
      <li key={measure.ja}>{measure[lang]}</li>
    ))}
  </ul>
)

/** What is done with people's data: made from what the program does and how it is configured, and from what its operator says of themselves. */
export function transparencyPage(on: PageOf, view: TransparencyView): string {
  const { lang } = on
  const { facts, surface, outside, today, witnesses } = view
  return renderPage(
    <PublicPage
      on={on}
      here="/transparency"
      title={t(lang, { ja: '情報をどう扱っているか', en: 'What is done with data' })}
      lead={t(lang, {
        ja: 'この画面は、いま動いているプログラムの設定そのものから作っています。',
        en: 'This page is made from the program itself, as it is configured now.',
      })}
    >
      <Section title={t(lang, { ja: '誰が運用しているか', en: 'Who runs it' })}>
        <Who facts={facts} on={on} />
      </Section>
      <Section title={t(lang, { ja: '何を扱っているか', en: 'What is kept' })}>
        <Processed lang={lang} />
      </Section>
      <Section title={t(lang, { ja: '何のために', en: 'What for' })}>
        <Purposes surface={surface} lang={lang} />
      </Section>
      <Section title={t(lang, { ja: '誰が見られるか', en: 'Who may see it' })}>
        <WhoSees lang={lang} today={today} />
      </Section>
      <Section title={t(lang, { ja: 'いつまで残すか', en: 'How long it is kept' })}>
        <Kept lang={lang} today={today} />
      </Section>
      <Section title={t(lang, { ja: '外に送るものと、頼んでいる相手', en: 'What leaves, and who works for the operator' })}>
        <Leaving facts={facts} outside={outside} lang={lang} />
      </Section>
      <Section title={t(lang, { ja: '守り方', en: 'How it is protected' })}>
        <Safety witnesses={witnesses} facts={facts} lang={lang} />
      </Section>
      <Section
        title={t(lang, { ja: 'あなたができること', en: 'What you can do' })}
        lead={t(lang, {
          ja: 'どれも無料で、この画面からできます。断るときは、理由を説明します。',
          en: 'All of it is free and done here. Where something is refused, the reason is told.',
        })}
      >
        <ul>
          {rights.map(({ href, words }) => (
            <li key={href}>
              <a href={href}>{words[lang]}</a>
            </li>
          ))}
        </ul>
      </Section>
    </PublicPage>,
  )
}
