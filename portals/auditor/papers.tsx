/** What is printed: reports for the authority, letters to persons. */
import type { ReactNode } from 'react'
import { type Addressed, type Breach, drillWords, type Letter, type LetterPart, type Report, reportOf } from '#care/oversight'
import { Banner, EmptyState, formatDate, Ja, type Lang, Page, Pagination, renderPage, Section, Stack, t, Time } from '#ui'
import { AuditorPage, type PageOf } from './frame.tsx'
import { DrillBanner } from './parts.tsx'

const crumbs = (lang: Lang, b: Breach) => [
  { href: '/audit/breaches', label: t(lang, { ja: '漏えい等', en: 'Breaches' }) },
  { href: `/audit/breaches/${b.id}`, label: t(lang, { ja: 'この件', en: 'The case' }) },
]

/** The draft of a report; the paper itself is in Japanese, for the authority. */
export function reportPage(on: PageOf, b: Breach, kind: Report['kind']): string {
  const { lang } = on
  const report = reportOf(b, kind)
  const missing = report.items.filter((i) => i.missing).length
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/breaches"
      title={
        kind === 'preliminary'
          ? t(lang, { ja: '速報（案）', en: 'Preliminary report (draft)' })
          : t(lang, { ja: '確報（案）', en: 'Final report (draft)' })
      }
      lead={t(lang, {
        ja: '印刷するか写して、役所の報告の窓口から提出してください。縁からは送られません。',
        en: 'Print or copy it, and submit it at the authority’s desk. The platform sends nothing. The paper is in Japanese.',
      })}
      breadcrumbs={crumbs(lang, b)}
    >
      <DrillBanner breach={b} lang={lang} />
      {missing > 0 && kind === 'final' ? (
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, { ja: `書かれていない項目が${missing}つあります`, en: `${missing} items are not written yet` })}
        />
      ) : null}
      <article lang="ja" className="card sheet letter">
        <h2>
          {report.drill ? `【${drillWords.ja}】` : ''}
          {report.title}
        </h2>
        <p>{report.to} 御中</p>
        <p>
          知った日：{report.knownOn}　報告期限：{report.by === null ? 'なし' : formatDate(report.by, 'ja')}
        </p>
        {report.triggers.length > 0 ? <p>報告の対象となる理由：{report.triggers.join('、')}</p> : null}
        {report.items.map((item, n) => (
          <section key={item.title}>
            <h3>
              {n + 1}　{item.title}
            </h3>
            <Lines text={item.text === '' ? '（未記入）' : item.text} />
          </section>
        ))}
      </article>
    </AuditorPage>,
  )
}

const Lines = ({ text, lang }: { text: string; lang?: Lang | undefined }): ReactNode =>
  text.split(/\r?\n/).map((line, n) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, on the server
    <p key={n} lang={lang}>
      {line}
    </p>
  ))

function LetterPartView({ part, level }: { part: LetterPart; level: 2 | 3 }): ReactNode {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <section>
      <Heading>{part.title}</Heading>
      {part.list ? <List items={part.list} /> : null}
      <Lines text={part.text} lang={part.asWritten ? 'ja' : undefined} />
    </section>
  )
}

const List = ({ items }: { items: readonly string[] }): ReactNode => (
  <ul>
    {items.map((item) => (
      <li key={item}>{item}</li>
    ))}
  </ul>
)

function LetterBody({ letter, level }: { letter: Letter; level: 2 | 3 }): ReactNode {
  return (
    <>
      {letter.parts.map((part) => (
        <LetterPartView key={part.title} part={part} level={level} />
      ))}
      <p>{letter.ask}</p>
    </>
  )
}

export type LettersView = { breach: Breach; letters: readonly Addressed[]; next: string | null }

/** Letters for whoever cannot be told in their portal, one after the other. */
export function lettersPage(on: PageOf, { breach: b, letters, next }: LettersView): string {
  const { lang, now } = on
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/breaches"
      title={t(lang, { ja: '本人への手紙', en: 'Letters to the persons' })}
      lead={t(lang, {
        ja: 'マイページを使わない人に郵送するための手紙です。開いたことは、一人ひとりの「誰が見たか」に残ります。',
        en: 'For those who do not use their portal. That you opened a letter stands in each person’s own log. The letters are in Japanese.',
      })}
      breadcrumbs={crumbs(lang, b)}
    >
      <DrillBanner breach={b} lang={lang} />
      {letters.length === 0 ? (
        <EmptyState lang={lang} title={t(lang, { ja: '手紙を送る人がいません', en: 'There is nobody to write to' })}>
          <p>{t(lang, { ja: '範囲の調べが終わると、ここに並びます。', en: 'They appear when the scope is worked out.' })}</p>
        </EmptyState>
      ) : null}
      <Stack>
        {letters.map(({ key, letter }) => (
          <article key={key} lang="ja" className="card sheet letter">
            <h2>
              {letter.drill ? `【${drillWords.ja}】` : ''}
              {letter.title}
            </h2>
            <p>{letter.name === null ? '（登録に氏名がありません）' : `${letter.name} 様`}</p>
            <p>
              <Time value={now} lang="ja" />
            </p>
            <LetterBody letter={letter} level={3} />
          </article>
        ))}
      </Stack>
      <Pagination
        lang={lang}
        position={t(lang, { ja: `${letters.length}通`, en: `${letters.length} letters` })}
        nextHref={next === null ? undefined : `/audit/breaches/${b.id}/letters?after=${encodeURIComponent(next)}`}
      />
    </AuditorPage>,
  )
}

/** The letter as the person reads it in their portal. */
export function ownLetterPage(about: { lang: Lang; path: string; name: string; demo: boolean; now: Date }, letter: Letter): string {
  const { lang } = about
  return renderPage(
    <Page
      lang={lang}
      audience="citizen"
      path={about.path}
      demo={about.demo}
      user={{ name: about.name }}
      title={letter.title}
      breadcrumbs={[{ href: '/me', label: t(lang, { ja: 'ホーム', en: 'Home' }) }]}
    >
      <article className="letter">
        {letter.name === null ? null : (
          <p>
            <Ja>{lang === 'ja' ? `${letter.name} 様` : letter.name}</Ja>
          </p>
        )}
        <LetterBody letter={letter} level={2} />
      </article>
      <Section title={t(lang, { ja: '確かめる', en: 'Look for yourself' })}>
        <p>
          <a href="/me/access-log">{t(lang, { ja: '誰が見たか', en: 'Who looked' })}</a>
        </p>
        <p>
          <a href="/me/consents/closing">{t(lang, { ja: '見せない設定', en: 'Close your record' })}</a>
        </p>
      </Section>
    </Page>,
  )
}
