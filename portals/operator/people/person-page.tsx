import type { ReactNode } from 'react'
import { calledName, type IdentityValues, type Membership, type ProxyView, type Statement } from '#care/person'
import {
  Banner,
  ButtonRow,
  Button,
  DefinitionList,
  Form,
  formatDate,
  Ja,
  joinList,
  type Lang,
  renderPage,
  Section,
  Stack,
  Table,
  Tag,
  Time,
  t,
  LinkButton,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { type Forms, PersonForms } from './person-forms.tsx'
import { basisWords, lossWords, markWords, partWords, sexWords, sourceWords, whyWords } from './words.ts'

export type MarkView = {
  id: string
  basis: string
  note: string
  validFrom: string
  until: string | null
  blocksAll: boolean
  blockedNames: string[]
}

export type PersonShown = Forms & {
  current: IdentityValues
  birthDate: string
  statements: readonly Statement[]
  memberships: readonly Membership[]
  represents: readonly ProxyView[]
  representedBy: readonly ProxyView[]
  marks: readonly MarkView[]
  done: boolean
}

const writtenValue = (s: Statement): string => Object.values(s.value).filter(Boolean).join(' ')

const EndForm = ({ action, label, why, text }: { action: string; label: string; why: string; text: string }): ReactNode => (
  <Form action={action} label={label} hidden={{ why }}>
    <Button variant="secondary">{text}</Button>
  </Form>
)

const Now = ({ view, lang }: { view: PersonShown; lang: Lang }): ReactNode => {
  const { name, sex, address, phone } = view.current
  const none = t(lang, { ja: '登録なし', en: 'Not registered' })
  return (
    <DefinitionList
      items={[
        { term: t(lang, { ja: '氏名', en: 'Name' }), value: <Ja>{name.name || none}</Ja> },
        { term: t(lang, { ja: 'フリガナ', en: 'Kana' }), value: <Ja>{name.nameKana || none}</Ja> },
        { term: t(lang, { ja: '呼ぶときの名前', en: 'Called' }), value: <Ja>{calledName(name) || none}</Ja> },
        {
          term: t(lang, { ja: '生年月日', en: 'Born' }),
          value: view.birthDate === '' ? none : <Time value={view.birthDate} lang={lang} />,
        },
        { term: t(lang, { ja: '性別', en: 'Sex' }), value: t(lang, sexWords[sex.sex] ?? sexWords.unknown!) },
        {
          term: t(lang, { ja: '住所', en: 'Address' }),
          value: <Ja>{[address.postalCode && `〒${address.postalCode}`, address.address].filter(Boolean).join(' ') || none}</Ja>,
        },
        { term: t(lang, { ja: '電話', en: 'Phone' }), value: phone.phone || none },
      ]}
    />
  )
}

const Past = ({ view, lang }: { view: PersonShown; lang: Lang }): ReactNode => (
  <Table
    lang={lang}
    caption={t(lang, { ja: '届け出の履歴', en: 'What was stated' })}
    captionHidden
    rows={view.statements}
    rowKey={(row) => row.id}
    empty={<p>{t(lang, { ja: '変更はありません。', en: 'No changes.' })}</p>}
    columns={[
      { key: 'part', header: t(lang, { ja: '項目', en: 'Item' }), cell: (row) => t(lang, partWords[row.part]) },
      { key: 'value', header: t(lang, { ja: '内容', en: 'Value' }), cell: (row) => <Ja>{writtenValue(row) || '—'}</Ja> },
      {
        key: 'from',
        header: t(lang, { ja: 'いつから', en: 'From' }),
        cell: (row) => (row.validFrom === '' ? t(lang, { ja: 'はじめから', en: 'The first' }) : <Time value={row.validFrom} lang={lang} />),
      },
      { key: 'source', header: t(lang, { ja: '届けたところ', en: 'Stated by' }), cell: (row) => t(lang, sourceWords[row.source]) },
      {
        key: 'undo',
        header: t(lang, { ja: '取り消し', en: 'Undo' }),
        cell: (row) =>
          row.undoneAt ? (
            <Tag>{t(lang, { ja: '取り消し済み', en: 'Undone' })}</Tag>
          ) : row.validFrom === '' || row.personId !== view.personId ? (
            ''
          ) : (
            <EndForm
              action={`${view.path}/statements/${encodeURIComponent(row.id)}/undo`}
              why={view.why}
              label={t(lang, { ja: `${writtenValue(row)}を取り消す`, en: `Undo ${writtenValue(row)}` })}
              text={t(lang, { ja: '取り消す', en: 'Undo' })}
            />
          ),
      },
    ]}
  />
)

const Covers = ({ view, lang }: { view: PersonShown; lang: Lang }): ReactNode => (
  <Table
    lang={lang}
    caption={t(lang, { ja: '保険の番号', en: 'Member IDs' })}
    captionHidden
    rows={view.memberships}
    rowKey={(row) => row.asSent}
    empty={<p>{t(lang, { ja: '登録なし', en: 'None' })}</p>}
    columns={[
      {
        key: 'insurer',
        header: t(lang, { ja: '保険者番号', en: 'Insurer' }),
        cell: (row) => <span className="number">{row.insurerNumber}</span>,
      },
      {
        key: 'number',
        header: t(lang, { ja: '記号・番号・枝番', en: 'Symbol, number, branch' }),
        cell: (row) => <Ja>{[row.symbol, row.number, row.branch].filter(Boolean).join('・')}</Ja>,
      },
      {
        key: 'from',
        header: t(lang, { ja: '資格取得', en: 'From' }),
        cell: (row) => (row.qualifiedFrom ? <Time value={row.qualifiedFrom} lang={lang} /> : '—'),
      },
      {
        key: 'until',
        header: t(lang, { ja: '資格喪失', en: 'Lost' }),
        cell: (row) =>
          row.lostOn ? (
            <>
              <Time value={row.lostOn} lang={lang} /> {row.reasonOfLoss ? t(lang, lossWords[row.reasonOfLoss]!) : ''}
            </>
          ) : (
            '—'
          ),
      },
    ]}
  />
)

function Proxies({ view, lang }: { view: PersonShown; lang: Lang }): ReactNode {
  const rows = [...view.representedBy.map((proxy) => ({ proxy, mine: true })), ...view.represents.map((proxy) => ({ proxy, mine: false }))]
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '代理', en: 'Proxies' })}
      captionHidden
      rows={rows}
      rowKey={(row) => row.proxy.id}
      empty={<p>{t(lang, { ja: '登録なし', en: 'None' })}</p>}
      columns={[
        { key: 'name', header: t(lang, { ja: '相手', en: 'Who' }), cell: ({ proxy }) => <Ja>{proxy.name}</Ja> },
        {
          key: 'way',
          header: t(lang, { ja: '向き', en: 'Direction' }),
          cell: ({ mine }) =>
            mine
              ? t(lang, { ja: 'この人の代わりをする', en: 'Acts for this person' })
              : t(lang, { ja: 'この人が代わりをする', en: 'This person acts for them' }),
        },
        { key: 'basis', header: t(lang, { ja: '根拠', en: 'Basis' }), cell: ({ proxy }) => t(lang, basisWords[proxy.basis]!) },
        {
          key: 'until',
          header: t(lang, { ja: '期間', en: 'Period' }),
          cell: ({ proxy }) => `${formatDate(proxy.validFrom, lang)} – ${proxy.until === null ? '' : formatDate(proxy.until, lang)}`,
        },
        {
          key: 'state',
          header: t(lang, { ja: '状態', en: 'State' }),
          cell: ({ proxy }) =>
            proxy.why === null ? (
              <Tag tone="success">{t(lang, { ja: '有効', en: 'In force' })}</Tag>
            ) : (
              <Tag>{t(lang, whyWords[proxy.why])}</Tag>
            ),
        },
        {
          key: 'end',
          header: t(lang, { ja: '終わらせる', en: 'End' }),
          cell: ({ proxy, mine }) =>
            mine ? (
              <EndForm
                action={`${view.path}/proxies/${encodeURIComponent(proxy.id)}/end`}
                why={view.why}
                label={t(lang, { ja: `${proxy.name}さんの代理を終わらせる`, en: `End the proxy of ${proxy.name}` })}
                text={t(lang, { ja: '終わらせる', en: 'End' })}
              />
            ) : (
              ''
            ),
        },
      ]}
    />
  )
}

const Marks = ({ view, lang }: { view: PersonShown; lang: Lang }): ReactNode => (
  <Stack>
    {view.marks.length === 0 ? <p>{t(lang, { ja: '登録なし', en: 'None' })}</p> : null}
    {view.marks.map((mark) => (
      <div key={mark.id}>
        <DefinitionList
          items={[
            { term: t(lang, { ja: '根拠', en: 'Basis' }), value: t(lang, markWords[mark.basis] ?? { ja: mark.basis, en: mark.basis }) },
            {
              term: t(lang, { ja: '期間', en: 'Period' }),
              value: `${formatDate(mark.validFrom, lang)} – ${mark.until === null ? '' : formatDate(mark.until, lang)}`,
            },
            {
              term: t(lang, { ja: '代理を止める人', en: 'Blocked' }),
              value: mark.blocksAll ? (
                t(lang, { ja: 'すべての代理', en: 'Every proxy' })
              ) : (
                <Ja>{joinList(lang, mark.blockedNames) || '—'}</Ja>
              ),
            },
            ...(mark.note === '' ? [] : [{ term: t(lang, { ja: 'メモ', en: 'Note' }), value: <Ja>{mark.note}</Ja> }]),
          ]}
        />
        <EndForm
          action={`${view.path}/marks/${encodeURIComponent(mark.id)}/end`}
          why={view.why}
          label={t(lang, { ja: 'この保護を終わらせる', en: 'End this protection' })}
          text={t(lang, { ja: '保護を終わらせる', en: 'End the protection' })}
        />
      </div>
    ))}
  </Stack>
)

/** Who is this, since when, and who may act for them? */
export function personPage(on: PageOf, view: PersonShown): string {
  const { lang } = on
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/people"
      title={view.current.name.name || view.current.name.nameKana || '—'}
      titleLang="ja"
      breadcrumbs={[{ href: '/operator/people', label: t(lang, { ja: '人の登録', en: 'People' }) }]}
      top={
        view.marks.length > 0 ? (
          <Banner
            tone="harm"
            lang={lang}
            label={t(lang, { ja: '保護', en: 'Protection' })}
            title={t(lang, {
              ja: 'この人は保護されています。住所と電話をだれにも伝えないでください。',
              en: 'This person is protected. Tell nobody their address or phone.',
            })}
          />
        ) : view.done ? (
          <Banner tone="success" lang={lang} title={t(lang, { ja: '登録しました。', en: 'Done.' })} />
        ) : undefined
      }
    >
      <Section title={t(lang, { ja: 'いまの登録', en: 'Now' })}>
        <Now view={view} lang={lang} />
        <a href={`${view.path}/cards`}>{t(lang, { ja: 'マイナンバーカード', en: 'My Number Cards' })}</a>
      </Section>
      <Section title={t(lang, { ja: '届け出の履歴', en: 'What was stated' })}>
        <Past view={view} lang={lang} />
      </Section>
      <Section title={t(lang, { ja: '保険の番号と期間', en: 'Covers' })}>
        <Covers view={view} lang={lang} />
      </Section>
      <Section title={t(lang, { ja: '代理', en: 'Proxies' })}>
        <Proxies view={view} lang={lang} />
      </Section>
      <Section title={t(lang, { ja: '保護（支援措置）', en: 'Protection' })}>
        <Marks view={view} lang={lang} />
      </Section>
      <PersonForms forms={view} lang={lang} />
      <ButtonRow>
        <LinkButton href={`/operator/people/${encodeURIComponent(view.personId)}/sign-in`} variant="secondary">
          {t(lang, { ja: 'この人がサインインできないとき', en: 'Where this person cannot sign in' })}
        </LinkButton>
      </ButtonRow>
    </OperatorPage>,
  )
}
