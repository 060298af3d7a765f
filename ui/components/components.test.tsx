import type { ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import {
  AccessLine,
  accessSentence,
  Banner,
  Button,
  ClosedDoor,
  ConsentBar,
  ErrorSummary,
  Icon,
  LinkButton,
  Page,
  Pagination,
  ProblemPage,
  RadioGroup,
  ResultValue,
  renderPage,
  Table,
  TextInput,
  Timeline,
  UninformedMark,
} from '../index.ts'

const html = (element: ReactElement): string => renderToStaticMarkup(element)

test('a page has one h1, its language, a skip link, and comes back in the other language with its query', () => {
  const page = renderPage(
    <Page title="検査結果" lang="ja" audience="citizen" path="/me/results?organ=liver&lang=ja" demo islands={['countdown']} />,
  )
  expect(page.startsWith('<!doctype html><html lang="ja" class="audience-citizen">')).toBe(true)
  expect(page.match(/<h1/g)).toHaveLength(1)
  expect(page).toContain('href="#main"')
  expect(page).toContain('href="/me/results?organ=liver&amp;lang=en"')
  expect(page).toContain('これはデモです。実在の人の情報ではありません。')
  expect(page).toContain('<script type="module" src="/islands/countdown.js"></script>')
})

test('a page of real data carries no demo notice; a citizen’s page brings no script it did not ask for', () => {
  const page = renderPage(<Page title="検査結果" lang="en" audience="citizen" path="/" />)
  expect(page).not.toContain('demonstration')
  expect(page).not.toContain('<script')
})

test('nothing on a page needs an inline style or an inline script', () => {
  const page = renderPage(
    <ProblemPage
      title="見られません"
      lang="ja"
      audience="staff"
      path="/"
      what="同意がありません"
      whatToDo="カードリーダーで依頼してください"
      reference="E-1"
    />,
  )
  expect(page).not.toMatch(/ style=| on[a-z]+=|<style|<script(?![^>]* src=)/)
  expect(page).toContain('<title>エラー: 見られません | 縁 Enishi</title>')
  expect(page).toContain('E-1')
})

test('path of another host cannot be smuggled into the language links', () => {
  const page = renderPage(<Page title="x" lang="ja" audience="public" path="//evil.example/x" />)
  expect(page).not.toContain('evil.example')
})

test('an input is tied to its label, hint and error, and keeps what was typed', () => {
  const field = html(
    <TextInput lang="ja" name="birth" label="生年月日" hint="8桁" error="8桁で入力してください" required value="1958/4/31" />,
  )
  expect(field).toContain('<label for="field-birth">')
  expect(field).toContain('aria-describedby="field-birth-hint field-birth-error"')
  expect(field).toContain('aria-invalid="true"')
  expect(field).toContain('value="1958/4/31"')
  expect(html(<TextInput lang="ja" name="birth" label="生年月日" />)).not.toMatch(/aria-(invalid|describedby)/)
})

test('the error summary leads to the control it speaks of, and is absent without errors', () => {
  expect(html(<ErrorSummary lang="ja" errors={[{ name: 'birth', message: '8桁で' }]} />)).toContain('<a href="#field-birth">8桁で</a>')
  expect(html(<ErrorSummary lang="ja" errors={[]} />)).toBe('')
})

test('a group of choices is one question with a legend, and the earlier answer stays chosen', () => {
  const group = html(
    <RadioGroup
      lang="ja"
      name="share"
      label="見せますか"
      value="no"
      options={[
        { value: 'yes', label: 'はい' },
        { value: 'no', label: 'いいえ' },
      ]}
    />,
  )
  expect(group).toContain('<legend>見せますか')
  expect(group).toMatch(/checked="" ?value="no"|value="no"[^>]*checked/)
})

test('cells carry the name of their column for narrow screens, and the row is named', () => {
  const columns = [
    { key: 'name', header: '項目', cell: (row: string) => row },
    { key: 'length', header: '長さ', numeric: true, cell: (row: string) => row.length },
  ]
  const table = html(<Table lang="ja" caption="表" columns={columns} rows={['縁']} rowKey={(row) => row} />)
  expect(table).toContain('<th scope="row" data-label="項目">')
  expect(table).toContain('<td data-label="長さ" class="numeric">')
  expect(html(<Table lang="ja" caption="表" columns={columns} rows={[]} rowKey={(row) => row} />)).toContain('まだ記録がありません')
})

test.each([
  ['harm', '危険'],
  ['attention', '注意'],
  ['success', '完了'],
  ['info', 'お知らせ'],
] as const)('a banner of tone %s says %s in words and has a shape', (tone, said) => {
  const banner = html(<Banner tone={tone} lang="ja" title="題" />)
  expect(banner).toContain(said)
  expect(banner).toContain('<svg')
})

test('the consent bar says until when and why, and never leaves a closed kind out', () => {
  const bar = html(
    <ConsentBar
      lang="ja"
      state="partial"
      open={['test-result']}
      closed={[{ kind: 'infection', reason: '本人が見せないことを選びました' }]}
      until="2026-11-23T00:12:00Z"
      why="本人の同意"
    />,
  )
  for (const said of ['2026年11月23日（月）09:12', '本人の同意', '検査結果', '感染症', '本人が見せないことを選びました'])
    expect(bar).toContain(said)
})

test('a closed door names what is behind it and why', () => {
  expect(html(<ClosedDoor lang="en" what="prescription" reason="withdrawn" />)).toMatch(/Prescriptions.*withdrawn/s)
  expect(html(<ClosedDoor lang="ja" what="画像" reason="応答がありません" />)).toContain('画像')
})

test('an access is one sentence with its time', () => {
  const look = { institution: 'B診療所', who: '山田医師', purpose: '診療', what: ['検査結果', '処方'] }
  expect(accessSentence({ lang: 'ja', ...look })).toBe('B診療所の山田医師が診療のために検査結果、処方を見ました')
  expect(
    accessSentence({
      lang: 'en',
      institution: 'B Clinic',
      who: 'Dr Yamada',
      purpose: 'treatment',
      what: ['Test results', 'HbA1c'],
      action: 'refused',
    }),
  ).toBe('Dr Yamada (B Clinic) was refused when trying to look at test results and HbA1c for treatment')
  expect(html(<AccessLine lang="ja" {...look} at="2026-11-20T05:03:00Z" />)).toContain(
    '<time dateTime="2026-11-20T05:03:00.000Z">11月20日 14:03</time>',
  )
})

test.each([
  ['8.4', { low: 4.9, high: 6 }, '高い'],
  ['3.1', { low: 3.6, high: 4.8 }, '低い'],
])('the result %s outside %j is marked by word', (value, range, said) => {
  expect(html(<ResultValue lang="ja" value={value} unit="%" range={range} />)).toContain(said)
})

test('a result within its range, or in words, carries no mark; the laboratory’s own mark wins', () => {
  expect(html(<ResultValue lang="ja" value="5.0" range={{ low: 4.9, high: 6 }} />)).not.toContain('mark')
  expect(html(<ResultValue lang="ja" value="陰性" range={{ text: '陰性' }} />)).not.toContain('mark')
  expect(html(<ResultValue lang="ja" value="" range={{ low: 1 }} />), 'an empty text is no zero').not.toContain('mark')
  expect(html(<ResultValue lang="ja" value="5.0" range={{ low: 4.9, high: 6 }} mark="high" />)).toContain('高い')
})

test('text from records is escaped', () => {
  const page = html(<Banner tone="info" lang="ja" title="<img src=x onerror=alert(1)>" />)
  expect(page).not.toContain('<img')
})

test('a drawing beside a word is silent, one alone is named; 未告知 explains itself', () => {
  expect(html(<Icon name="lock" />)).toContain('aria-hidden="true"')
  expect(html(<Icon name="lock" title="閉じています" />)).toContain('aria-label="閉じています"')
  expect(html(<UninformedMark lang="ja" />)).toContain('本人の画面には出ません')
})

test('buttons tell their key, links that look like buttons stay links', () => {
  expect(
    html(
      <Button variant="primary" shortcut="n">
        次の患者
      </Button>,
    ),
  ).toContain('data-shortcut="n"')
  expect(html(<LinkButton href="/queue">受付</LinkButton>)).toContain('<a href="/queue" class="button button-secondary"')
  expect(html(<Pagination lang="ja" position="1〜3件" />)).toBe('')
})

test('a timeline bears dates outside its years and dates known only to the month', () => {
  const items = [
    { from: '1958-04', to: '1959', label: '古い' },
    { from: '2025-02', label: '月だけ' },
    { from: '不明', label: '不明' },
  ]
  const drawing = html(
    <Timeline lang="ja" title="経過" fromYear={2023} toYear={2026} today="2026-11-22" lanes={[{ name: '薬', shape: 'bar', items }]} />,
  )
  expect(drawing).not.toContain('NaN')
  expect(drawing).toContain('月だけ')
})
