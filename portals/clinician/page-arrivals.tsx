import { Fragment, type ReactElement, type ReactNode } from 'react'
import {
  Banner,
  Button,
  type Column,
  EmptyState,
  Form,
  formatDateTime,
  formatPlainDate,
  formatTime,
  Ja,
  joinList,
  kindName,
  type Lang,
  Pagination,
  Section,
  t,
  Table,
  Tag,
  TextInput,
  wareki,
} from '#ui'
import { askableKinds } from '#care/consent'
import { dateInJapan } from '#kernel/japan'
import { DisasterOpen, OtherPages } from './arrivals-ways.tsx'
import { ClinicPage, type PageOf, patientHref, sexNames } from './frame.tsx'
import type { ArrivalView } from './model.ts'
import { untilWords } from './words.ts'

export type ArrivalsProps = {
  arrivals: readonly ArrivalView[]
  searched: boolean
  more: boolean
  /** How many at the card reader need somebody. */
  waiting: number
  /** `href`: the same search, another page of it. */
  asked: { text: string; page: number; href: (page: number) => string }
  /** False for clerks, who see who comes and not what ails them. */
  mayOpen: boolean
  /** The disaster for which access is open here, where there is one. */
  disaster: { name: string; until: Date } | null
  on: PageOf
}

/** 'Who is next and are they covered?' */
export function ArrivalsPage({ arrivals, searched, more, waiting, asked, mayOpen, disaster, on }: ArrivalsProps): ReactElement {
  const { lang } = on
  const day = dateInJapan(on.now)
  const isToday = (one: ArrivalView) => one.at !== null && dateInJapan(new Date(one.at)) === day
  const list = (rows: readonly ArrivalView[], title: string, empty: ReactNode, about = { first: 0, today: false }) => (
    <Section title={title}>
      <Table
        lang={lang}
        caption={title}
        captionHidden
        columns={columns({ lang, mayOpen, searched, ...about, rows })}
        rows={rows}
        rowKey={(one) => one.patient.patientId}
        empty={empty}
      />
    </Section>
  )
  const now = arrivals.filter(isToday)
  return (
    <ClinicPage on={on} home title={t(lang, { ja: '受付・患者検索', en: 'Arrivals and search' })}>
      <DisasterOpen disaster={disaster} lang={lang} />
      {waiting > 0 ? <AtTheReader waiting={waiting} lang={lang} /> : null}
      <Search text={asked.text} lang={lang} />
      <OtherPages mayOpen={mayOpen} lang={lang} />
      {searched ? (
        <>
          {list(arrivals, t(lang, { ja: `「${asked.text}」の検索結果`, en: `Found for “${asked.text}”` }), <NotFound lang={lang} />)}
          <Pages asked={asked} more={more} count={arrivals.length} lang={lang} />
        </>
      ) : (
        <>
          {list(now, t(lang, { ja: '今日の患者', en: 'Today' }), <NobodyYet lang={lang} />, { first: 0, today: true })}
          {arrivals.length > now.length
            ? list(
                arrivals.filter((one) => !isToday(one)),
                t(lang, { ja: '最近30日の患者', en: 'Last 30 days' }),
                null,
                { first: now.length, today: false },
              )
            : null}
        </>
      )}
    </ClinicPage>
  )
}

const AtTheReader = ({ waiting, lang }: { waiting: number; lang: Lang }): ReactNode => (
  <Banner
    lang={lang}
    tone="attention"
    title={t(lang, { ja: `カードリーダーで${waiting}人が待っています`, en: `${waiting} waiting for you at the card reader` })}
  >
    <p>
      <a href="/desk/waiting">{t(lang, { ja: '見に行く・本人を確認する', en: 'See who it is' })}</a>
    </p>
  </Banner>
)

function Search({ text, lang }: { text: string; lang: Lang }): ReactNode {
  return (
    <Form action="/clinic" label={t(lang, { ja: '患者検索', en: 'Patient search' })}>
      <TextInput
        lang={lang}
        name="q"
        type="search"
        value={text}
        maxLength={100}
        label={t(lang, { ja: '患者をさがす', en: 'Find a patient' })}
        hint={t(lang, {
          ja: '氏名（漢字・カナ）、生年月日（1958-04-12、S33.4.12）、診察券番号、保険の記号-番号。自院の患者だけを探します。',
          en: 'Name (kanji or kana), birth date (1958-04-12, S33.4.12), chart number or insurance symbol-number. Searches this institution’s patients only.',
        })}
      />
      <div className="button-row">
        <Button variant="primary">{t(lang, { ja: 'さがす', en: 'Search' })}</Button>
      </div>
    </Form>
  )
}

const NobodyYet = ({ lang }: { lang: Lang }): ReactNode => (
  <EmptyState lang={lang} title={t(lang, { ja: '今日はまだ患者がいません', en: 'Nobody yet today' })}>
    <p>
      {t(lang, {
        ja: '患者がカードリーダーにマイナンバーカードを置くと、ここに表示されます。',
        en: 'People appear here once they place their My Number Card on the reader.',
      })}
    </p>
  </EmptyState>
)

const NotFound = ({ lang }: { lang: Lang }): ReactNode => (
  <EmptyState lang={lang} title={t(lang, { ja: '自院の患者の中には見つかりません', en: 'Not found among this institution’s patients' })}>
    <p>
      {t(lang, {
        ja: '表記や日付を確かめてください。初めての方は、カードリーダーで受け付けてください。',
        en: 'Please check spelling or date. People who come for the first time check in at the card reader.',
      })}
    </p>
  </EmptyState>
)

function Pages({ asked, more, count, lang }: { asked: ArrivalsProps['asked']; more: boolean; count: number; lang: Lang }): ReactNode {
  const from = (asked.page - 1) * 50
  return (
    <Pagination
      lang={lang}
      position={t(lang, { ja: `${from + 1}〜${from + count}件`, en: `${from + 1}–${from + count}` })}
      previousHref={asked.page > 1 ? asked.href(asked.page - 1) : undefined}
      nextHref={more ? asked.href(asked.page + 1) : undefined}
    />
  )
}

type ColumnsOf = { lang: Lang; mayOpen: boolean; searched: boolean; first: number; today: boolean; rows: readonly ArrivalView[] }

function columns({ lang, mayOpen, searched, first, today, rows }: ColumnsOf): Column<ArrivalView>[] {
  const shown: (Column<ArrivalView> | null)[] = [
    {
      key: 'name',
      header: t(lang, { ja: '氏名', en: 'Name' }),
      cell: (one) => <Name one={one} mayOpen={mayOpen} place={first + rows.indexOf(one) + 1} />,
    },
    {
      key: 'birth',
      header: t(lang, { ja: '生年月日・性別', en: 'Born, sex' }),
      cell: ({ patient }) => (
        <>
          {formatPlainDate(patient.birthDate, lang)} <span className="note">{lang === 'ja' ? wareki(patient.birthDate) : null}</span>
          <br />
          {t(lang, { ja: `${patient.age}歳 ${sexNames[patient.sex].ja}`, en: `${patient.age}, ${sexNames[patient.sex].en.toLowerCase()}` })}
        </>
      ),
    },
    { key: 'cover', header: t(lang, { ja: '資格', en: 'Cover' }), cell: (one) => <Cover one={one} lang={lang} /> },
    { key: 'consent', header: t(lang, { ja: '同意', en: 'Consent' }), cell: (one) => <Opened one={one} lang={lang} /> },
    { key: 'number', header: t(lang, { ja: '診察券番号', en: 'Chart number' }), cell: (one) => <ChartNumber one={one} lang={lang} /> },
    searched
      ? null
      : {
          key: 'at',
          header: t(lang, { ja: '受付', en: 'Came' }),
          cell: (one) => <Came one={one} today={today} lang={lang} />,
        },
  ]
  return shown.filter((column) => column !== null)
}

const proofNames = {
  pin: { ja: '暗証番号', en: 'PIN' },
  face: { ja: '顔', en: 'Face' },
  visual: { ja: '目視', en: 'Seen by staff' },
}
const changeNames = {
  insurer: { ja: '保険が変わりました', en: 'New insurer' },
  address: { ja: '住所が変わりました', en: 'New address' },
}

function ChartNumber({ one: { chartNumber, patient }, lang }: { one: ArrivalView; lang: Lang }): ReactNode {
  const href = `/desk/chart-numbers?${new URLSearchParams({ patient: patient.patientId })}`
  if (chartNumber !== null) return <a href={href}>{chartNumber}</a>
  return (
    <a href={href} aria-label={t(lang, { ja: `${patient.name}さんに番号を付ける`, en: `Add a chart number for ${patient.name}` })}>
      {t(lang, { ja: '付ける', en: 'Add' })}
    </a>
  )
}

/** When and in which place of the day, by which proof, and what to change in one's own records. */
function Came({ one: { at, card }, today, lang }: { one: ArrivalView; today: boolean; lang: Lang }): ReactNode {
  if (at === null) return null
  return (
    <>
      <time dateTime={at}>{today ? formatTime(at) : formatDateTime(at, lang)}</time>
      {card ? (
        <>
          <br />
          <span className="note">
            {t(lang, {
              ja: `${card.order}番目 ・ ${proofNames[card.provenBy].ja}`,
              en: `No. ${card.order}, ${proofNames[card.provenBy].en}`,
            })}
          </span>
          {card.changed.map((what) => (
            <Fragment key={what}>
              <br />
              <Tag tone="attention">{t(lang, changeNames[what])}</Tag>
            </Fragment>
          ))}
        </>
      ) : null}
    </>
  )
}

/** The first nine open by their digit; kana above the name as on a form. */
function Name({ one, mayOpen, place }: { one: ArrivalView; mayOpen: boolean; place: number }): ReactNode {
  const { patient } = one
  const key = place <= 9 ? String(place) : undefined
  return (
    <>
      <span className="note" lang="ja">
        {patient.nameKana}
      </span>
      <br />
      {mayOpen ? (
        <a href={patientHref(patient)} lang="ja" data-shortcut={key} aria-keyshortcuts={key}>
          {patient.name}
        </a>
      ) : (
        <Ja>{patient.name}</Ja>
      )}
      {patient.called === null ? null : (
        <>
          <br />
          <span className="note" lang="ja">
            お呼びする名前：{patient.called}
          </span>
        </>
      )}
    </>
  )
}

function Cover({ one: { cover }, lang }: { one: ArrivalView; lang: Lang }): ReactNode {
  if (cover === null) return t(lang, { ja: '未確認', en: 'Not checked' })
  const share = cover.copayPercent === null ? '' : t(lang, { ja: `${cover.copayPercent / 10}割負担`, en: `pays ${cover.copayPercent}%` })
  return (
    <>
      <Tag tone={cover.validity === '1' ? 'success' : 'attention'}>{cover.validityName[lang]}</Tag> {share}
    </>
  )
}

function Opened({ one: { open }, lang }: { one: ArrivalView; lang: Lang }): ReactNode {
  if (open === null) return <span className="note">{t(lang, { ja: '同意なし', en: 'None' })}</span>
  const closed = askableKinds.filter((kind) => !open.kinds.includes(kind)).map((kind) => kindName[kind][lang])
  const named = joinList(
    lang,
    open.kinds.map((kind) => kindName[kind][lang]),
  )
  return (
    <>
      {closed.length > 2
        ? named
        : closed.length === 0
          ? t(lang, { ja: 'すべての種類', en: 'All kinds' })
          : t(lang, { ja: `${joinList(lang, closed)}を除くすべて`, en: `All but ${joinList(lang, closed).toLowerCase()}` })}
      <br />
      <span className="note">{untilWords(open.until, lang)}</span>
    </>
  )
}
