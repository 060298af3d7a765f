import type { ReactNode } from 'react'
import { facilityColumns, MOST_LINES, staffColumns, type TableDone } from '#care/person'
import { Banner, Button, ButtonRow, Details, Form, type Lang, RadioGroup, renderPage, Table, TextInput, t } from '#ui'
import { DropParts } from './drop-parts.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'

export type TableKind = 'facilities' | 'staff'
export type ImportShown = { of: TableKind; csv: string; done: TableDone | null; dryRun: boolean }

/** Misfits beyond this many are counted, not drawn. */
const DRAWN = 200

export function importPage(on: PageOf, shown: ImportShown): string {
  const { lang, actor } = on
  const isOperator = actor.kind === 'staff' && actor.role === 'operator'
  const title = t(lang, { ja: '表（CSV）でまとめて登録する', en: 'Register many from a table (CSV)' })
  const kinds = [
    ...(isOperator ? [{ value: 'facilities', label: t(lang, { ja: '施設', en: 'Facilities' }) }] : []),
    { value: 'staff', label: t(lang, { ja: '職員', en: 'Staff' }) },
  ]
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={title}
      islands={['drop']}
      hasErrors={(shown.done?.misfits.length ?? 0) > 0}
      breadcrumbs={[{ href: '/operator/facilities', label: t(lang, { ja: '施設と職員', en: 'Facilities and staff' }) }]}
      lead={t(lang, {
        ja: 'まず「確かめる」で、すべての行を調べます。一行でも誤りがあれば、何も登録しません。',
        en: 'Check the table first: every line is judged. If one line is wrong, nothing is registered.',
      })}
    >
      {shown.done ? <Outcome lang={lang} done={shown.done} shown={shown} /> : null}
      <Form action="/operator/import" label={title}>
        <RadioGroup lang={lang} name="of" label={t(lang, { ja: '何の表か', en: 'A table of' })} value={shown.of} options={kinds} />
        <div data-drop="">
          <TextInput
            lang={lang}
            name="csv"
            label={t(lang, { ja: '表', en: 'The table' })}
            hint={t(lang, {
              ja: `UTF-8 の CSV。1行目は見出し。一度に${MOST_LINES}行まで。`,
              en: `CSV in UTF-8, headings in the first line, at most ${MOST_LINES} lines at a time.`,
            })}
            value={shown.csv}
            rows={12}
            required
            autoComplete="off"
          />
          <DropParts lang={lang} accept=".csv,text/csv" />
        </div>
        <ButtonRow>
          <Button variant="primary" name="do" value="check">
            {t(lang, { ja: '確かめる', en: 'Check' })}
          </Button>
          <Button name="do" value="enter">
            {t(lang, { ja: '登録する', en: 'Register' })}
          </Button>
        </ButtonRow>
      </Form>
      <Columns lang={lang} />
    </OperatorPage>,
  )
}

function Outcome({ lang, done, shown }: { lang: Lang; done: TableDone; shown: ImportShown }): ReactNode {
  const { lines, entered, misfits } = done
  if (misfits.length === 0 && shown.dryRun)
    return (
      <Banner
        tone="success"
        lang={lang}
        title={t(lang, {
          ja: `${lines}行に誤りはありません。まだ登録していません。`,
          en: `${lines} lines, nothing wrong. Nothing is registered yet.`,
        })}
      />
    )
  if (misfits.length === 0)
    return (
      <Banner tone="success" lang={lang} title={t(lang, { ja: `${entered}件を登録しました。`, en: `${entered} were registered.` })}>
        {shown.of === 'staff' ? (
          <p>
            {t(lang, { ja: '招待状は、それぞれの職員のページから出してください。', en: 'Issue the invitations from each person’s page.' })}
          </p>
        ) : null}
      </Banner>
    )
  return (
    <>
      <Banner
        tone="attention"
        lang={lang}
        title={t(lang, {
          ja: `${misfits.length}か所に誤りがあります。何も登録していません。`,
          en: `${misfits.length} things are wrong. Nothing was registered.`,
        })}
      />
      <Table
        lang={lang}
        caption={t(lang, { ja: '誤りの一覧', en: 'What is wrong' })}
        rows={misfits.slice(0, DRAWN)}
        rowKey={(_row, n) => String(n)}
        columns={[
          { key: 'line', header: t(lang, { ja: '行', en: 'Line' }), cell: (row) => row.line || '—', numeric: true },
          { key: 'column', header: t(lang, { ja: '列', en: 'Column' }), cell: (row) => <span lang="ja">{row.column || '—'}</span> },
          { key: 'what', header: t(lang, { ja: '内容', en: 'What' }), cell: (row) => row[lang] },
        ]}
      />
      {misfits.length > DRAWN ? (
        <p className="note">{t(lang, { ja: `ほかに${misfits.length - DRAWN}か所。`, en: `${misfits.length - DRAWN} more.` })}</p>
      ) : null}
    </>
  )
}

function Columns({ lang }: { lang: Lang }): ReactNode {
  const named = (columns: Record<string, readonly [string, string]>) =>
    Object.values(columns)
      .map(([en, ja]) => (lang === 'ja' ? ja : en))
      .join(',')
  return (
    <Details summary={t(lang, { ja: '見出しと書き方', en: 'Headings and what to write' })}>
      <p>{t(lang, { ja: '施設：', en: 'Facilities: ' })}</p>
      <pre className="code">
        <code>{named(facilityColumns)}</code>
      </pre>
      <p>{t(lang, { ja: '職員：', en: 'Staff: ' })}</p>
      <pre className="code">
        <code>{named(staffColumns)}</code>
      </pre>
      <p>
        {t(lang, {
          ja: '種別は「病院・診療所・歯科診療所・薬局」など、職種と免許は「医師・薬剤師・看護師」などの言葉で書けます。日付は 2026-04-01 か 2026/4/1。列の順は自由で、要らない列は省けます。',
          en: 'Kinds are hospital, clinic, dental-clinic, pharmacy and so on; roles and licences physician, pharmacist, nurse and so on. Days as 2026-04-01. Columns may stand in any order; those not needed may be left out.',
        })}
      </p>
    </Details>
  )
}
