import type { ReactNode } from 'react'
import { AccessLine, AccessList } from './components/access-line.tsx'
import { Button, ButtonRow, LinkButton } from './components/button.tsx'
import {
  Banner,
  Card,
  DefinitionList,
  Details,
  EmptyState,
  Grid,
  Ja,
  KeyValue,
  LoadingSkeleton,
  Section,
  Stack,
  Stat,
} from './components/content.tsx'
import { Checkbox, CheckboxGroup, ErrorSummary, Form, RadioGroup, Select, TextInput } from './components/form.tsx'
import { Pagination, Tabs } from './components/navigation.tsx'
import { ResultValue } from './components/result-value.tsx'
import { ClosedDoor, ConsentBar, ProvenanceChip, Tag, UninformedMark } from './components/signs.tsx'
import { Countdown, Steps } from './components/steps.tsx'
import type { Column } from './components/table.tsx'
import { Table } from './components/table.tsx'
import { Timeline } from './components/timeline.tsx'
import { Trend } from './components/trend.tsx'
import { formatDate, wareki } from './dates.ts'
import type { Audience } from './frame.tsx'
import { Page, renderPage } from './frame.tsx'
import type { ResultRow } from './gallery-data.ts'
import { COURSES, LANES, LONGEST, RESULTS } from './gallery-data.ts'
import type { IconName } from './icons.tsx'
import { Icon } from './icons.tsx'
import type { Lang } from './messages.ts'
import { kindName, t } from './messages.ts'

const ICONS: readonly IconName[] = [
  'check',
  'cross',
  'warning',
  'info',
  'up',
  'down',
  'lock',
  'card',
  'eye',
  'clock',
  'next',
  'shield',
  'person',
]

type Part = { lang: Lang }

function Banners({ lang }: Part): ReactNode {
  return (
    <Section title={t(lang, { ja: '知らせる', en: 'Telling' })}>
      <Banner
        tone="harm"
        lang={lang}
        label={t(lang, { ja: 'アレルギー', en: 'Allergy' })}
        title={t(lang, { ja: 'ペニシリン系抗生物質：アナフィラキシー', en: 'Penicillins: anaphylaxis' })}
      >
        <ProvenanceChip lang={lang} institution="縁中央病院" on="2024-03-11" />
      </Banner>
      <Banner
        tone="attention"
        lang={lang}
        title={t(lang, { ja: '縁中央病院から応答がありません', en: 'Enishi Central Hospital does not answer' })}
      >
        <p>
          {t(lang, {
            ja: '9時40分までの記録を表示しています。5分後にもう一度開いてください。',
            en: 'Shown as of 9:40. Please open this page again in five minutes.',
          })}
        </p>
      </Banner>
      <Banner
        tone="success"
        lang={lang}
        title={t(lang, {
          ja: '同意を取り消しました。次に開いたときから、この医療機関には見えません。',
          en: 'Consent withdrawn. From now on this clinic sees nothing.',
        })}
      />
      <Banner tone="info" lang={lang} title={t(lang, { ja: '新しい検査結果が2件あります', en: 'Two new test results' })} />
    </Section>
  )
}

function Signs({ lang }: Part): ReactNode {
  const look = {
    lang,
    institution: 'B診療所',
    who: t(lang, { ja: '山田医師', en: 'Dr Yamada' }),
    purpose: t(lang, { ja: '診療', en: 'treatment' }),
    what: [kindName['test-result'][lang]],
  }
  return (
    <Section title={t(lang, { ja: '共通のしるし', en: 'Signs' })}>
      <Stack>
        <ProvenanceChip
          lang={lang}
          institution={LONGEST.institution}
          on="2026-11-18"
          audience={t(lang, { ja: '本人と、同意のある医療機関', en: 'the person, and institutions with consent' })}
        />
        <p>
          <UninformedMark lang={lang} /> <Tag>{t(lang, { ja: '下書き', en: 'Draft' })}</Tag>{' '}
          <Tag tone="accent">{t(lang, { ja: '新着', en: 'New' })}</Tag>{' '}
          <Tag tone="attention">{t(lang, { ja: '確認待ち', en: 'Waiting' })}</Tag>{' '}
          <Tag tone="success">{t(lang, { ja: '資格あり', en: 'Covered' })}</Tag>{' '}
          <Tag tone="harm">{t(lang, { ja: '禁忌', en: 'Contraindicated' })}</Tag>
        </p>
        <ClosedDoor
          lang={lang}
          what="prescription"
          reason={t(lang, {
            ja: '本人が11月20日に、この種類の情報を見せないことを選びました。',
            en: 'On 20 November the person chose not to show this kind.',
          })}
          howToAsk={<a href="#ask">{t(lang, { ja: 'カードリーダーで同意を依頼する', en: 'Ask for consent at the card reader' })}</a>}
        />
        <AccessList>
          <AccessLine
            {...look}
            at="2026-11-20T14:03:00+09:00"
            proofHref="#proof"
            concernHref="#wrong"
            details={
              <DefinitionList
                items={[
                  {
                    term: t(lang, { ja: '根拠', en: 'Rule' }),
                    value: t(lang, { ja: '本人の同意（カードリーダー、24時間）', en: 'The person’s consent at the reader, 24 hours' }),
                  },
                ]}
              />
            }
          />
          <AccessLine
            {...look}
            institution={LONGEST.institution}
            who={lang === 'ja' ? LONGEST.doctor : 'Dr Chosokabe'}
            what={Object.values(kindName)
              .slice(0, 5)
              .map((name) => name[lang])}
            at="2026-11-19T23:59:00+09:00"
          />
          <AccessLine {...look} action="refused" at="2026-11-01T08:30:00+09:00" concernHref="#wrong" />
        </AccessList>
      </Stack>
    </Section>
  )
}

const columns = (lang: Lang): Column<ResultRow>[] => [
  { key: 'item', header: t(lang, { ja: '検査項目', en: 'Item' }), cell: (row) => row.item[lang] },
  {
    key: 'value',
    header: t(lang, { ja: '結果と基準範囲', en: 'Result and range' }),
    cell: (row) => <ResultValue lang={lang} value={row.value} unit={row.unit} range={row} />,
  },
  { key: 'on', header: t(lang, { ja: '検査日', en: 'Date' }), cell: (row) => formatDate(row.on, lang) },
  { key: 'from', header: t(lang, { ja: '医療機関', en: 'Institution' }), cell: (row) => <Ja>{row.from}</Ja> },
  { key: 'count', header: t(lang, { ja: '回数', en: 'Times' }), numeric: true, cell: (row) => row.value.length * 7 },
]

function Results({ lang }: Part): ReactNode {
  const trend = (name: string, rest: Omit<Parameters<typeof Trend>[0], 'lang' | 'name'>) => <Trend lang={lang} name={name} {...rest} />
  return (
    <Section
      title={t(lang, { ja: '検査結果', en: 'Test results' })}
      action={<a href="#all">{t(lang, { ja: 'すべて見る', en: 'See all' })}</a>}
    >
      <Tabs
        label={t(lang, { ja: '見方', en: 'Views' })}
        items={[
          { href: '#latest', label: t(lang, { ja: '最新', en: 'Latest' }), current: true, count: 4 },
          { href: '#course', label: t(lang, { ja: '経過', en: 'Course' }), shortcut: 'k' },
          { href: '#documents', label: t(lang, { ja: '文書', en: 'Documents' }), count: 312 },
        ]}
      />
      <Table
        lang={lang}
        caption={t(lang, { ja: '最新の検査結果', en: 'Latest test results' })}
        captionHidden
        columns={columns(lang)}
        rows={RESULTS}
        rowKey={(row) => row.item.en}
        rowTone={(row) => (row.value === '8.4' ? 'attention' : null)}
      />
      <Pagination
        lang={lang}
        nextHref="#next"
        previousHref="#previous"
        position={t(lang, { ja: '21〜40件（全312件）', en: '21–40 of 312' })}
      />
      <div className="section">
        <Grid>
          {trend('HbA1c', { unit: '%', range: { low: 4.9, high: 6 }, points: COURSES.rising })}
          {trend(t(lang, { ja: 'カリウム', en: 'Potassium' }), { unit: 'mmol/L', range: { low: 3.6, high: 4.8 }, points: COURSES.falling })}
          {trend(t(lang, { ja: 'LDLコレステロール', en: 'LDL cholesterol' }), {
            unit: 'mg/dL',
            range: { high: 139 },
            points: COURSES.flat,
          })}
          {trend(t(lang, { ja: '体重', en: 'Body weight' }), { unit: 'kg', points: COURSES.single })}
          {trend(t(lang, { ja: 'CRP（基準が逆の記録）', en: 'CRP (bounds swapped at source)' }), {
            unit: 'mg/dL',
            range: { low: 9, high: 1 },
            points: COURSES.mixed,
          })}
          {trend(LONGEST.item, { unit: '×10⁴/μL', range: { low: 1, high: 3 }, points: COURSES.mixed })}
          {trend(t(lang, { ja: '尿酸', en: 'Uric acid' }), { unit: 'mg/dL', points: COURSES.none })}
        </Grid>
      </div>
    </Section>
  )
}

function Forms({ lang }: Part): ReactNode {
  const kinds = (['diagnosis', 'drug-allergy', 'test-result', 'prescription'] as const).map((kind) => ({
    value: kind,
    label: kindName[kind][lang],
  }))
  const message = t(lang, {
    ja: '生年月日は「19580401」のように8桁の数字で入力してください',
    en: 'Enter the date of birth as eight digits, such as 19580401',
  })
  return (
    <Section title={t(lang, { ja: '入力する', en: 'Forms' })}>
      <ErrorSummary lang={lang} errors={[{ name: 'birth', message }]} />
      <Form action="#save" hidden={{ token: 'x' }}>
        <TextInput
          lang={lang}
          name="patient"
          type="search"
          label={t(lang, { ja: '患者を探す', en: 'Find a patient' })}
          hint={t(lang, { ja: '氏名、カナ、患者番号のどれでも探せます', en: 'By name, kana or chart number' })}
          value={LONGEST.person}
        />
        <TextInput
          lang={lang}
          name="birth"
          label={t(lang, { ja: '生年月日', en: 'Date of birth' })}
          required
          width="short"
          inputMode="numeric"
          value="1958/4/31"
          error={message}
        />
        <Select
          lang={lang}
          name="insurer"
          label={t(lang, { ja: '保険者', en: 'Insurer' })}
          value="b"
          options={[
            { value: 'a', label: '縁ヶ浜市国民健康保険' },
            { value: 'b', label: '全国縁組合健康保険（縁ヶ浜支部）' },
          ]}
        />
        <TextInput lang={lang} name="reason" rows={3} label={t(lang, { ja: '理由', en: 'Reason' })} />
        <CheckboxGroup
          lang={lang}
          name="kinds"
          label={t(lang, { ja: '見せる情報', en: 'What to show' })}
          values={['diagnosis']}
          options={kinds}
        />
        <RadioGroup
          lang={lang}
          name="share"
          label={t(lang, { ja: 'B診療所に検査結果を見せますか', en: 'May B Clinic see your test results?' })}
          value="yes"
          options={[
            {
              value: 'yes',
              label: t(lang, { ja: '見せる', en: 'Yes' }),
              hint: t(lang, {
                ja: '同じ検査をくり返さずにすむことがあります。24時間で終わります。',
                en: 'May spare you a second test. Ends after 24 hours.',
              }),
            },
            {
              value: 'no',
              label: t(lang, { ja: '見せない', en: 'No' }),
              hint: t(lang, { ja: '診療はふつうに受けられます。', en: 'You are treated all the same.' }),
            },
          ]}
        />
        <Checkbox name="agree" value="1" label={t(lang, { ja: '説明を読みました', en: 'I have read the explanation' })} />
        <ButtonRow>
          <Button variant="primary" shortcut="s">
            {t(lang, { ja: '保存する', en: 'Save' })}
          </Button>
          <LinkButton href="#back">{t(lang, { ja: '戻る', en: 'Back' })}</LinkButton>
          <Button variant="danger">{t(lang, { ja: '同意を取り消す', en: 'Withdraw consent' })}</Button>
          <Button disabled>{t(lang, { ja: '送信できません', en: 'Cannot send' })}</Button>
          <Button variant="quiet">{t(lang, { ja: 'あとで', en: 'Later' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}

function Layout({ lang }: Part): ReactNode {
  return (
    <Section
      title={t(lang, { ja: '並べる', en: 'Layout' })}
      lead={t(lang, { ja: '余白で分け、線は少なく、枠はさらに少なく。', en: 'White space first, then lines, then boxes.' })}
    >
      <p>
        <KeyValue name={t(lang, { ja: '氏名', en: 'Name' })}>
          <Ja>{LONGEST.person}</Ja>
        </KeyValue>
        <KeyValue name={t(lang, { ja: '生年月日', en: 'Born' })}>
          {formatDate('1958-04-01', lang)} <span className="note">{wareki('1958-04-01')}</span>
        </KeyValue>
      </p>
      <div className="section">
        <Grid>
          <Card
            title={t(lang, { ja: '次の予約', en: 'Next appointment' })}
            href="#appointment"
            footer={<ProvenanceChip lang={lang} institution="縁ヶ浜診療所" on="2026-11-30" />}
          >
            <p>{t(lang, { ja: '11月30日（月）10時15分', en: 'Mon 30 Nov, 10:15' })}</p>
          </Card>
          <Card title={<Ja>{LONGEST.drug}</Ja>}>
            <p>{t(lang, { ja: '1回1錠　1日1回　朝食後　28日分', en: 'One tablet once a day after breakfast, 28 days' })}</p>
          </Card>
          <Stat
            label={t(lang, { ja: '今日の待ち時間（中央値）', en: 'Median wait today' })}
            value={17}
            unit={t(lang, { ja: '分', en: 'min' })}
            note={t(lang, { ja: '42人', en: '42 people' })}
          />
        </Grid>
      </div>
      <div className="section">
        <Timeline
          lang={lang}
          title={t(lang, { ja: '4年間の経過', en: 'Four years' })}
          fromYear={2023}
          toYear={2026}
          today="2026-11-22"
          lanes={LANES[lang]}
        />
      </div>
      <EmptyState lang={lang}>
        <p>{t(lang, { ja: '医療機関が登録すると、ここに表示されます。', en: 'Records appear here once an institution sends them.' })}</p>
      </EmptyState>
      <LoadingSkeleton lang={lang} />
      <Details summary={t(lang, { ja: '絵記号', en: 'Icons' })} open>
        <p>
          {ICONS.map((name) => (
            <Icon key={name} name={name} title={name} />
          ))}
        </p>
      </Details>
    </Section>
  )
}

function Consents({ lang }: Part): ReactNode {
  const why = t(lang, { ja: '本人が受付のカードリーダーで同意（診療のため）', en: 'Agreed at the card reader, for treatment' })
  const reason = t(lang, { ja: '本人が見せないことを選びました', en: 'the person chose not to show it' })
  return (
    <>
      <ConsentBar
        lang={lang}
        state="open"
        open={['diagnosis', 'drug-allergy', 'other-allergy', 'test-result', 'infection', 'prescription']}
        until="2026-11-23T09:12:00+09:00"
        why={why}
      />
      <ConsentBar
        lang={lang}
        state="partial"
        open={['drug-allergy', 'test-result']}
        closed={[
          { kind: 'infection', reason },
          { kind: 'letter', reason },
        ]}
        until="2026-11-23T09:12:00+09:00"
        why={why}
      />
      <ConsentBar
        lang={lang}
        state="none"
        open={[]}
        why={t(lang, { ja: '同意は11月21日に取り消されました', en: 'It was withdrawn on 21 November' })}
        action={<a href="#ask">{t(lang, { ja: 'カードリーダーで依頼する', en: 'Ask at the card reader' })}</a>}
      />
      <ConsentBar
        lang={lang}
        state="emergency"
        open={['drug-allergy']}
        until="2026-11-22T23:00:00+09:00"
        why={t(lang, {
          ja: '意識がなく、同意を求められないため。あとで本人に知らせます。',
          en: 'Unconscious and cannot be asked. The person will be told.',
        })}
      />
    </>
  )
}

/** Every component in every state with the longest Japanese data, as one document. */
export function galleryPage(lang: Lang, audience: Audience = 'staff'): string {
  const steps = [
    { title: t(lang, { ja: 'カードを置く', en: 'Place your card' }), body: t(lang, { ja: '読み取りました', en: 'Read' }) },
    { title: t(lang, { ja: '見せる情報を選ぶ', en: 'Choose what to show' }), body: t(lang, { ja: 'あなたが決めます', en: 'You decide' }) },
    { title: t(lang, { ja: 'カードを取る', en: 'Take your card' }) },
  ]
  return renderPage(
    <Page
      title={t(lang, { ja: '部品の見本', en: 'Gallery of parts' })}
      lang={lang}
      audience={audience}
      path="/gallery"
      demo
      user={{
        name: lang === 'ja' ? LONGEST.doctor : 'Dr Taeko Chosokabe',
        detail: t(lang, { ja: '医師 ・ 縁ヶ浜診療所', en: 'Physician, Enishigahama Clinic' }),
      }}
      nav={[
        { href: '#queue', label: t(lang, { ja: '受付', en: 'Arrivals' }), shortcut: 'a' },
        { href: '#chart', label: t(lang, { ja: 'カルテ', en: 'Chart' }), current: true },
        { href: '#prescribe', label: t(lang, { ja: '処方', en: 'Prescribe' }), shortcut: 'p' },
        { href: '#letters', label: t(lang, { ja: '文書', en: 'Letters' }) },
      ]}
      breadcrumbs={[
        { href: '#home', label: t(lang, { ja: 'ホーム', en: 'Home' }) },
        { href: '#parts', label: t(lang, { ja: '画面の部品', en: 'Parts of pages' }) },
      ]}
      lead={t(lang, {
        ja: 'どの画面も、はじめに一つの問いに答え、次にすることを示します。',
        en: 'Every page answers one question first and shows the next step.',
      })}
    >
      <Steps lang={lang} steps={steps} current={1} />
      <Consents lang={lang} />
      <Banners lang={lang} />
      <Results lang={lang} />
      <Signs lang={lang} />
      <Layout lang={lang} />
      <Forms lang={lang} />
      <Countdown lang={lang} seconds={60} href="/" />
    </Page>,
  )
}
