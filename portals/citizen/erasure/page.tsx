import type { ReactNode } from 'react'
import { type Certificate, type ErasureCase, reasons, type Split } from '#care/erasure'
import type { Lang } from '#kernel/language'
import {
  Banner,
  Button,
  Card,
  Checkbox,
  DefinitionList,
  EmptyState,
  Form,
  Ja,
  LinkButton,
  RadioGroup,
  Section,
  Select,
  Stack,
  Table,
  Tag,
  Time,
  t,
} from '#ui'
import { type About, citizenPage } from '../frame.tsx'
import { effects, stateWords } from './words.ts'

export const PLACE = '/me/erasure'

export type Shown = {
  split: Split
  backups: Certificate['backups']
  cases: readonly ErasureCase[]
  certificates: readonly { id: string; body: string; certificate: Certificate }[]
  nameOf: (institutionNumber: string) => string
}

export const count = (n: number, lang: Lang) => t(lang, { ja: `${n}件`, en: n === 1 ? '1 item' : `${n} items` })

/** The day by which copies in backups are gone, in words. */
export function backupWords({ until, count }: Certificate['backups'], lang: Lang): ReactNode {
  if (count === 0) return t(lang, { ja: '控え（バックアップ）はありません。', en: 'There are no backups.' })
  if (until === null)
    return t(lang, {
      ja: '控え（バックアップ）から消える日は、まだ決まっていません。運用担当が決めるか、新しい控えができると決まります。',
      en: 'The day by which backups no longer hold it is not set yet. It is once the operator sets it, or a newer backup is made.',
    })
  return (
    <>
      <Time value={until} lang={lang} />
      {t(lang, {
        ja: 'までに、すべての控え（バックアップ）から消えます。ただし、いちばん新しい控えは、次の控えができるまで残します。',
        en: ': by then no backup holds it any more. The newest backup stays until there is a newer one.',
      })}
    </>
  )
}

/** What may go now and what is kept, an institution a line. */
export function Parts({ split, nameOf, lang }: Pick<Shown, 'split' | 'nameOf'> & { lang: Lang }): ReactNode {
  const rows = [...split.free.map((part) => ({ ...part, until: null })), ...split.kept]
  const title = t(lang, { ja: 'いま消せるものと、まだ消せないもの', en: 'What may go now, and what may not' })
  return (
    <Table
      lang={lang}
      caption={title}
      captionHidden
      rows={rows}
      rowKey={(row) => row.source}
      empty={
        <EmptyState lang={lang} title={t(lang, { ja: '医療機関から届いた記録はありません', en: 'No institution has sent a record' })} />
      }
      columns={[
        { key: 'who', header: t(lang, { ja: '医療機関', en: 'Institution' }), cell: (row) => <Ja>{nameOf(row.source)}</Ja> },
        { key: 'count', header: t(lang, { ja: '記録', en: 'Items' }), cell: (row) => count(row.count, lang) },
        {
          key: 'when',
          header: t(lang, { ja: '消せるとき', en: 'May go' }),
          cell: (row) =>
            row.until === null ? (
              <Tag tone="success">{t(lang, { ja: 'いま消せます', en: 'Now' })}</Tag>
            ) : (
              <>
                <Time value={row.until} lang={lang} />
                {t(lang, { ja: 'より後（法律で保存が必要）', en: ' or later (the law asks that it be kept)' })}
              </>
            ),
        },
      ]}
    />
  )
}

function Wish({ one, shown, lang }: { one: ErasureCase; shown: Shown; lang: Lang }): ReactNode {
  const { words, tone } = stateWords[one.state]
  const reason = reasons.find(({ id }) => id === one.reason)
  const certificates = shown.certificates.filter(({ certificate }) => certificate.caseId === one.id)
  return (
    <Card
      title={
        <>
          <Time value={one.askedAt} lang={lang} /> {t(lang, { ja: 'の申し出', en: '' })}
        </>
      }
      footer={
        one.state === 'asked' ? (
          <Form action={`${PLACE}/${one.id}/take-back`}>
            <Button variant="secondary">{t(lang, { ja: '取り下げる', en: 'Take back' })}</Button>
          </Form>
        ) : undefined
      }
    >
      <p>
        <Tag tone={tone}>{t(lang, words)}</Tag>
      </p>
      {one.state === 'kept' ? (
        <p>
          {t(lang, {
            ja: '消せるものは消しました。残りは、法律の期限が来た日に消します。',
            en: 'What could go is gone. The rest goes on the day that the law lets it go.',
          })}
        </p>
      ) : null}
      <DefinitionList
        items={[
          { term: t(lang, { ja: '理由', en: 'Reason' }), value: reason ? t(lang, reason.words) : one.reason },
          ...(one.refusal === '' ? [] : [{ term: t(lang, { ja: 'お受けできない理由', en: 'Why not' }), value: <Ja>{one.refusal}</Ja> }]),
          ...(one.nextAt === null
            ? []
            : [{ term: t(lang, { ja: '次に消す日', en: 'Next to go' }), value: <Time value={one.nextAt} lang={lang} /> }]),
        ]}
      />
      {certificates.map(({ id, certificate }) => (
        <p key={id}>
          <a href={`${PLACE}/certificates/${id}`}>
            {t(lang, { ja: '消去の証明書', en: 'Certificate of erasure' })}（<Time value={certificate.at} lang={lang} withTime />）
          </a>
        </p>
      ))}
    </Card>
  )
}

export function erasurePage(about: About, shown: Shown): string {
  const { lang } = about
  const open = shown.cases.some(({ state }) => state === 'asked' || state === 'kept')
  return citizenPage(about, {
    here: '/me/profile',
    title: t(lang, { ja: '情報を消す・使わせない', en: 'Erase or stop using my data' }),
    lead: t(lang, {
      ja: 'ここに集まったあなたの記録を、消すように、または使わないように申し出られます。お金はかかりません。',
      en: 'You can ask that the records gathered here be erased, or no longer used. It costs nothing.',
    }),
    breadcrumbs: [{ href: '/me/profile', label: t(lang, { ja: '登録情報', en: 'You' }) }],
    children: (
      <>
        {shown.cases.length === 0 ? null : (
          <Section title={t(lang, { ja: 'あなたの申し出', en: 'What you asked for' })}>
            <Stack>
              {shown.cases.map((one) => (
                <Wish key={one.id} one={one} shown={shown} lang={lang} />
              ))}
            </Stack>
          </Section>
        )}
        <Section
          title={t(lang, { ja: 'いま消せるものと、まだ消せないもの', en: 'What may go now, and what may not' })}
          lead={t(lang, {
            ja: '医療機関ごとに、最後の記録から5年は法律で保存が必要です。過ぎた日に、自動で消します。',
            en: 'The law has each institution’s records kept for five years after the last one. On the day after they go by themselves.',
          })}
        >
          <Parts split={shown.split} nameOf={shown.nameOf} lang={lang} />
          <p>{backupWords(shown.backups, lang)}</p>
        </Section>
        <Section title={t(lang, { ja: '申し出る前に', en: 'Before you ask' })}>
          <ul>
            {effects.map((one) => (
              <li key={one.en}>{t(lang, one)}</li>
            ))}
          </ul>
          <p>
            {t(lang, {
              ja: '見せないだけでよければ、「見せない設定」でいつでも決められ、いつでも戻せます。',
              en: 'If it is enough that nobody sees it, close it instead: you can undo that at any time.',
            })}{' '}
            <a href="/me/consents/closing">{t(lang, { ja: '見せない設定', en: 'Keep it closed' })}</a>
          </p>
          {open ? (
            <p>{t(lang, { ja: '前の申し出が終わると、新しく申し出られます。', en: 'You can ask again once this one is finished.' })}</p>
          ) : (
            <LinkButton href={`${PLACE}/ask`}>{t(lang, { ja: '申し出る…', en: 'Ask…' })}</LinkButton>
          )}
        </Section>
      </>
    ),
  })
}

/** The form, opened with a fresh proof of who asks. */
export function askPage(about: About, shown: Shown): string {
  const { lang } = about
  const free = shown.split.free.reduce((sum, part) => sum + part.count, 0)
  const kept = shown.split.kept.reduce((sum, part) => sum + part.count, 0)
  return citizenPage(about, {
    here: '/me/profile',
    title: t(lang, { ja: '情報を消すよう申し出る', en: 'Ask to be erased' }),
    breadcrumbs: [
      { href: '/me/profile', label: t(lang, { ja: '登録情報', en: 'You' }) },
      { href: PLACE, label: t(lang, { ja: '情報を消す・使わせない', en: 'Erase or stop using my data' }) },
    ],
    children: (
      <>
        <Banner tone="attention" lang={lang} title={t(lang, { ja: '消したものは、元に戻せません', en: 'What is erased cannot come back' })}>
          <p>
            {t(lang, {
              ja: `いま消せるのは${free}件、まだ法律で保存が必要なのは${kept}件です。運用担当が本人からの申し出であることを確かめてから消します。`,
              en: `${count(free, 'en')} may go now; ${count(kept, 'en')} must still be kept by law. The operator checks that it is you who asks, and then erases.`,
            })}
          </p>
        </Banner>
        <Form action={PLACE}>
          <Select
            lang={lang}
            name="reason"
            label={t(lang, { ja: '理由', en: 'Reason' })}
            options={reasons.map(({ id, words }) => ({ value: id, label: t(lang, words) }))}
          />
          <RadioGroup
            lang={lang}
            name="scope"
            label={t(lang, { ja: '何を消しますか', en: 'What should go?' })}
            value="record"
            options={[
              { value: 'record', label: t(lang, { ja: '医療機関から届いた記録', en: 'The records that institutions sent' }) },
              {
                value: 'all',
                label: t(lang, {
                  ja: '記録と、わたしの登録（すべて消えたあと、サインインできなくなります）',
                  en: 'The records and my registration (once all is gone you can no longer sign in)',
                }),
              },
            ]}
          />
          <Checkbox
            name="stop"
            value="1"
            label={t(lang, { ja: '消えるまでの間、だれにも見せない', en: 'Until then nobody else may see anything' })}
            hint={t(lang, {
              ja: 'すぐに効きます。命が危ないときや災害のときも見せません。「見せない設定」でいつでも戻せます。',
              en: 'It works at once, also where life is at stake or in a disaster. You can undo it under “Keep it closed”.',
            })}
          />
          <Button variant="danger">{t(lang, { ja: '申し出る', en: 'Ask' })}</Button>
        </Form>
      </>
    ),
  })
}
