import type { ReactNode } from 'react'
import { DAYS, placeWords } from '#care/emergency'
import type { Facility } from '#care/person'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  Details,
  ErrorSummary,
  Form,
  formatDateTime,
  Ja,
  joinList,
  LinkButton,
  renderPage,
  Section,
  t,
} from '#ui'
import { controls, type Draft } from '../form.tsx'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { facilityKindNames } from '../words.ts'
import { HOME, places } from './parts.tsx'

const crumbs = (on: PageOf) => [{ href: HOME, label: t(on.lang, { ja: '災害時の閲覧', en: 'Disaster access' }) }]
const title = (on: PageOf) => t(on.lang, { ja: '地域を開く', en: 'Open an area' })

/** What is to be opened, why and for how long; nothing opens before it has been shown what it opens. */
export function newPage(on: PageOf, draft: Draft): string {
  const { lang } = on
  const { input } = controls({ lang, draft })
  return renderPage(
    <OperatorPage on={on} here={HOME} title={title(on)} breadcrumbs={crumbs(on)} hasErrors={draft.errors.length > 0}>
      <ErrorSummary lang={lang} errors={draft.errors} />
      <Form action={`${HOME}/new`} method="get" label={title(on)}>
        <input type="hidden" name="check" value="1" />
        {input(
          'name',
          { ja: '災害の名前', en: 'Name of the disaster' },
          { required: true, maxLength: 100, hint: t(lang, { ja: '例：令和9年○○地震', en: 'As people will know it' }) },
        )}
        {input(
          'areas',
          { ja: '地域・医療機関', en: 'Areas and institutions' },
          {
            required: true,
            rows: 5,
            maxLength: 4000,
            hint: t(lang, {
              ja: '1行に1つ。都道府県（石川県 または 17）、市区町村（石川県輪島市）、医療機関番号（10桁。地域の外の受け入れ先や救護所など）',
              en: 'One a line: a prefecture (石川県 or 17), a municipality with its prefecture (石川県輪島市), or an institution number (ten digits; for instance one outside that takes evacuees in)',
            }),
          },
        )}
        {input(
          'days',
          { ja: `日数（${DAYS.least}〜${DAYS.most}日。あとで延ばせます）`, en: `Days (${DAYS.least} to ${DAYS.most}; can be extended)` },
          { required: true, width: 'short', type: 'number', inputMode: 'numeric' },
        )}
        {input(
          'law',
          { ja: '根拠', en: 'Legal ground' },
          {
            required: true,
            maxLength: 200,
            hint: t(lang, {
              ja: '例：災害救助法の適用（○年○月○日 ○県公示）',
              en: 'Such as the notice that applies the Disaster Relief Act',
            }),
          },
        )}
        {input(
          'orderedBy',
          { ja: '決めた人・機関', en: 'Who ordered it' },
          {
            required: true,
            maxLength: 200,
            hint: t(lang, { ja: '例：○○県知事、厚生労働省○○課（文書番号）', en: 'Authority and number of its document' }),
          },
        )}
        <Button variant="primary">{t(lang, { ja: '何が開くかを見る', en: 'Show what it opens' })}</Button>
      </Form>
    </OperatorPage>,
  )
}

export type Checked = {
  values: { name: string; areas: string; days: string; law: string; orderedBy: string }
  areas: readonly string[]
  days: number
  until: Date
  facilities: readonly Facility[]
  empty: readonly string[]
  alone: boolean
}

/** What it will open, for how many, until when, before anybody agrees. */
export function checkPage(on: PageOf, c: Checked): string {
  const { lang } = on
  const count = c.facilities.length
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: `${count}の医療機関に開きます`, en: `This opens ${count} institutions` })}
      breadcrumbs={[...crumbs(on), { href: `${HOME}/new`, label: title(on) }]}
    >
      {c.empty.length > 0 ? (
        <Banner
          lang={lang}
          tone="attention"
          title={t(lang, { ja: '医療機関が見つからない地域があります', en: 'No institution was found for some of it' })}
        >
          <p>
            <Ja>
              {joinList(
                lang,
                c.empty.map((one) => placeWords(one)[lang]),
              )}
            </Ja>{' '}
            {t(lang, { ja: '名前を確かめてください。', en: 'Please check the spelling.' })}
          </p>
        </Banner>
      ) : null}
      <DefinitionList
        items={[
          { term: t(lang, { ja: '災害', en: 'Disaster' }), value: <Ja>{c.values.name}</Ja> },
          { term: t(lang, { ja: '地域', en: 'Area' }), value: places(c.areas, lang) },
          {
            term: t(lang, { ja: '終わり', en: 'Ends' }),
            value: t(lang, {
              ja: `確認から${c.days}日後（いま確認されると ${formatDateTime(c.until, 'ja')}）`,
              en: `${c.days} days after it is confirmed (now: ${formatDateTime(c.until, 'en')})`,
            }),
          },
          { term: t(lang, { ja: '根拠', en: 'Legal ground' }), value: <Ja>{c.values.law}</Ja> },
          { term: t(lang, { ja: '決めた人・機関', en: 'Ordered by' }), value: <Ja>{c.values.orderedBy}</Ja> },
          {
            term: t(lang, { ja: 'できるようになること', en: 'What becomes possible' }),
            value: t(lang, {
              ja: 'この医療機関の医師・歯科医師・看護職員・薬剤師が、全国のだれについても、検索してお薬・傷病名・アレルギー・検査・健診を見られます。本人が災害時にも見せないとしたものは開きません。',
              en: 'Physicians, dentists, nurses and pharmacists there can search for anybody and see drugs, diagnoses, allergies, results and check-ups. What a person closed for disasters too stays closed.',
            }),
          },
          {
            term: t(lang, { ja: '知らせ', en: 'Who is told' }),
            value: t(lang, {
              ja: '見られた人すべてに、そのつど知らせます。利用の回数は公開されます。',
              en: 'Everybody whose record is opened is told. The number of uses is public.',
            }),
          },
        ]}
      />
      <Facilities facilities={c.facilities} on={on} />
      <Form action={HOME} hidden={c.values} label={title(on)}>
        <ButtonRow>
          <Button variant="primary">
            {c.alone
              ? t(lang, { ja: `${count}の医療機関に開く`, en: `Open ${count} institutions` })
              : t(lang, { ja: '2人目の確認を求める', en: 'Ask a second person to confirm' })}
          </Button>
          <LinkButton href={`${HOME}/new?${new URLSearchParams(c.values)}`}>{t(lang, { ja: '直す', en: 'Change' })}</LinkButton>
        </ButtonRow>
        {c.alone ? (
          <p className="note">
            {t(lang, {
              ja: 'ほかに運用担当・監査担当がいないため、一人で開きます。そのことは記録に残ります。',
              en: 'Nobody else keeps the platform, so one is enough. The log says so.',
            })}
          </p>
        ) : null}
      </Form>
    </OperatorPage>,
  )
}

export function Facilities({ facilities, on }: { facilities: readonly Facility[]; on: PageOf }): ReactNode {
  const { lang } = on
  const kinds = Map.groupBy(facilities, (f) => f.kind)
  return (
    <Section title={t(lang, { ja: '開く医療機関', en: 'Institutions' })}>
      <p>
        {joinList(
          lang,
          [...kinds].map(([kind, all]) => `${t(lang, facilityKindNames[kind])} ${all.length}`),
        )}
      </p>
      <Details summary={t(lang, { ja: '一覧を見る', en: 'Show the list' })}>
        <ul>
          {facilities.slice(0, 500).map((f) => (
            <li key={f.institutionNumber}>
              <Ja>{f.name}</Ja> <span className="note">{f.institutionNumber}</span>
            </li>
          ))}
        </ul>
      </Details>
    </Section>
  )
}
