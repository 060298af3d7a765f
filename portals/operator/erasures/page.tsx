import type { ReactNode } from 'react'
import { type Certificate, type ErasureCase, type Generation, reasons, type Split } from '#care/erasure'
import { Banner, Button, DefinitionList, EmptyState, Form, Ja, type Lang, renderPage, Section, Table, Tag, TextInput, Time, t } from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'

export const PLACE = '/operator/erasures'
const DAY_MS = 86_400_000

const title = { ja: '消去の申し出', en: 'Wishes to be erased' }
const daysSince = (at: Date, now: Date) => Math.floor((now.getTime() - at.getTime()) / DAY_MS)
const reasonOf = (id: string, lang: Lang) => {
  const found = reasons.find((one) => one.id === id)
  return found ? t(lang, found.words) : id
}

export function erasuresPage(on: PageOf, shown: { cases: readonly ErasureCase[]; generations: readonly Generation[] }): string {
  const { lang, now } = on
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/people"
      title={t(lang, title)}
      lead={t(lang, {
        ja: '本人がカードで確かめたうえで申し出たものです。法律は、遅滞なく答えることを求めています。',
        en: 'Each came from the person, proven by card. The law asks for an answer without delay.',
      })}
      breadcrumbs={[{ href: '/operator/people', label: t(lang, { ja: '人の登録', en: 'People' }) }]}
    >
      <Table<ErasureCase>
        lang={lang}
        caption={t(lang, title)}
        captionHidden
        rows={shown.cases}
        rowKey={(row) => row.id}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '待っている申し出はありません', en: 'Nothing is waiting' })} />}
        columns={[
          {
            key: 'asked',
            header: t(lang, { ja: '申し出の日', en: 'Asked' }),
            cell: (row) => (
              <a href={`${PLACE}/${row.personId}/${row.id}`}>
                <Time value={row.askedAt} lang={lang} withTime />
              </a>
            ),
          },
          {
            key: 'state',
            header: t(lang, { ja: '状態', en: 'State' }),
            cell: (row) =>
              row.state === 'asked' ? (
                <Tag tone="attention">
                  {t(lang, {
                    ja: `返事を待っています（${daysSince(row.askedAt, now)}日）`,
                    en: `Waiting (${daysSince(row.askedAt, now)} days)`,
                  })}
                </Tag>
              ) : (
                <Tag>{t(lang, { ja: '一部を保存中', en: 'Part is kept' })}</Tag>
              ),
          },
          { key: 'reason', header: t(lang, { ja: '理由', en: 'Reason' }), cell: (row) => reasonOf(row.reason, lang) },
          {
            key: 'next',
            header: t(lang, { ja: '次に消す日', en: 'Next to go' }),
            cell: (row) => (row.nextAt === null ? '—' : <Time value={row.nextAt} lang={lang} />),
          },
        ]}
      />
      <Backups generations={shown.generations} lang={lang} />
    </OperatorPage>,
  )
}

function Backups({ generations, lang }: { generations: readonly Generation[]; lang: Lang }): ReactNode {
  const heading = t(lang, { ja: '控え（バックアップ）の期限', en: 'When backups end' })
  return (
    <Section
      title={heading}
      lead={t(lang, {
        ja: '期限が過ぎると鍵を消します。鍵を消した控えは読めません。別の場所に写した鍵は、あなたが消してください。最後の一つの鍵は消しません。期限は早めることだけができます。',
        en: 'After its last day a key is destroyed, and its backup cannot be read. Destroy your own copies of the key. The key of the last backup is never destroyed. An end can only be brought forward.',
      })}
    >
      <Table<Generation>
        lang={lang}
        caption={heading}
        captionHidden
        rows={generations}
        rowKey={(row) => row.generation}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '控えはまだありません', en: 'No backup yet' })} />}
        columns={[
          {
            key: 'made',
            header: t(lang, { ja: '作った日時', en: 'Made' }),
            cell: (row) => <Time value={row.madeAt} lang={lang} withTime />,
          },
          {
            key: 'ends',
            header: t(lang, { ja: '期限', en: 'Last day' }),
            cell: (row) =>
              row.destroyedAt !== null ? (
                <Tag>{t(lang, { ja: '鍵を消しました', en: 'Key destroyed' })}</Tag>
              ) : row.endsOn === null ? (
                <Tag tone="attention">{t(lang, { ja: '決まっていません', en: 'Not set' })}</Tag>
              ) : (
                <Time value={row.endsOn} lang={lang} />
              ),
          },
          {
            key: 'set',
            header: t(lang, { ja: '期限を決める', en: 'Set the last day' }),
            cell: (row) =>
              row.destroyedAt !== null ? null : (
                <Form action={`${PLACE}/backups/${row.generation}`}>
                  <TextInput
                    lang={lang}
                    name="endsOn"
                    type="date"
                    label={t(lang, { ja: `${row.generation} の最後の日`, en: `Last day of ${row.generation}` })}
                    value={row.endsOn ?? ''}
                    required
                  />
                  <Button variant="secondary">{t(lang, { ja: '決める', en: 'Set' })}</Button>
                </Form>
              ),
          },
        ]}
      />
    </Section>
  )
}

export type CaseShown = {
  case: ErasureCase
  name: string | null
  split: Split
  certificates: readonly { id: string; certificate: Certificate }[]
  nameOf: (institutionNumber: string) => string
}

export function erasureCasePage(on: PageOf, shown: CaseShown): string {
  const { lang } = on
  const { case: one, split, nameOf } = shown
  const heading = t(lang, { ja: '消去の申し出', en: 'A wish to be erased' })
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/people"
      title={heading}
      breadcrumbs={[
        { href: '/operator/people', label: t(lang, { ja: '人の登録', en: 'People' }) },
        { href: PLACE, label: t(lang, title) },
      ]}
    >
      <DefinitionList
        items={[
          { term: t(lang, { ja: '本人', en: 'Person' }), value: <Ja>{shown.name ?? '—'}</Ja> },
          { term: t(lang, { ja: '申し出', en: 'Asked' }), value: <Time value={one.askedAt} lang={lang} withTime /> },
          { term: t(lang, { ja: '理由', en: 'Reason' }), value: reasonOf(one.reason, lang) },
          {
            term: t(lang, { ja: '何を', en: 'What' }),
            value:
              one.scope === 'all'
                ? t(lang, { ja: '記録と登録のすべて', en: 'Records and registration' })
                : t(lang, { ja: '記録', en: 'Records' }),
          },
          {
            term: t(lang, { ja: '利用の停止', en: 'Use stopped' }),
            value: one.stopped ? t(lang, { ja: 'はい（すでに止まっています）', en: 'Yes, already' }) : t(lang, { ja: 'いいえ', en: 'No' }),
          },
        ]}
      />
      <Section title={t(lang, { ja: '受けると、どうなるか', en: 'What agreeing does' })}>
        <Table
          lang={lang}
          caption={t(lang, { ja: '医療機関ごとの記録', en: 'Records by institution' })}
          captionHidden
          rows={[...split.free.map((part) => ({ ...part, until: null })), ...split.kept]}
          rowKey={(row) => row.source}
          empty={<EmptyState lang={lang} title={t(lang, { ja: '記録はありません', en: 'There is no record' })} />}
          columns={[
            { key: 'who', header: t(lang, { ja: '医療機関', en: 'Institution' }), cell: (row) => <Ja>{nameOf(row.source)}</Ja> },
            { key: 'count', header: t(lang, { ja: '件数', en: 'Items' }), cell: (row) => row.count },
            {
              key: 'then',
              header: t(lang, { ja: '扱い', en: 'What happens' }),
              cell: (row) =>
                row.until === null ? (
                  <Tag tone="attention">{t(lang, { ja: 'いま消します', en: 'Erased now' })}</Tag>
                ) : (
                  <>
                    <Time value={row.until} lang={lang} />
                    {t(lang, { ja: 'に自動で消します（保存期間中）', en: ': erased by itself (kept by law until then)' })}
                  </>
                ),
            },
          ]}
        />
      </Section>
      {one.state === 'asked' ? <Decide one={one} lang={lang} /> : null}
    </OperatorPage>,
  )
}

function Decide({ one, lang }: { one: ErasureCase; lang: Lang }): ReactNode {
  const action = `${PLACE}/${one.personId}/${one.id}`
  return (
    <>
      <Section title={t(lang, { ja: '受ける', en: 'Agree' })}>
        <Banner tone="attention" lang={lang} title={t(lang, { ja: '消したものは、元に戻せません', en: 'What is erased cannot come back' })}>
          <p>
            {t(lang, {
              ja: '検索のための索引、過去の版、受け取ったままの文書も消えます。控えからは、期限の日に消えます。',
              en: 'Indexes, earlier versions and documents as received go too; backups lose it on their last day.',
            })}
          </p>
        </Banner>
        <Form action={`${action}/agree`}>
          <Button variant="danger">{t(lang, { ja: '受けて、消せるものを消す', en: 'Agree, and erase what may go' })}</Button>
        </Form>
      </Section>
      <Section
        title={t(lang, { ja: '断る', en: 'Refuse' })}
        lead={t(lang, { ja: '理由は、そのまま本人に示されます。', en: 'The person reads the reason as you write it.' })}
      >
        <Form action={`${action}/decline`}>
          <TextInput
            lang={lang}
            name="words"
            label={t(lang, { ja: '断る理由（5文字以上）', en: 'Why not (at least 5 letters)' })}
            required
          />
          <Button variant="secondary">{t(lang, { ja: '理由を示して断る', en: 'Refuse with this reason' })}</Button>
        </Form>
      </Section>
    </>
  )
}
