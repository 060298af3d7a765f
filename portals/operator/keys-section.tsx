import type { ReactNode } from 'react'
import { type ClientKey, WARN_DAYS } from '#care/person'
import { dateInJapan } from '#kernel/japan'
import { Banner, Button, ButtonRow, Details, EmptyState, Form, type Lang, Section, Table, Tag, Time, t } from '#ui'
import { KeysInput } from './client-form.tsx'
import { inUse, nearEnd } from './client-parts.tsx'
import { controls, type Draft } from './form.tsx'
import type { PageOf } from './frame.tsx'

/** `base`: address of the system or app whose keys these are; `open`: the form was refused and is shown again. */
export type KeysShown = { on: PageOf; base: string; keys: readonly ClientKey[]; live: boolean; draft: Draft; open: boolean }

function KeyState({ of, on }: { of: ClientKey; on: PageOf }): ReactNode {
  const { lang, now } = on
  if (of.retiredAt !== null) return <Tag>{t(lang, { ja: '使用終了', en: 'Retired' })}</Tag>
  if (nearEnd(of, now)) return <Tag tone="attention">{t(lang, { ja: '期限が近い', en: 'Ends soon' })}</Tag>
  return <Tag tone="success">{t(lang, { ja: '使用中', en: 'In use' })}</Tag>
}

/** Keys of a system or an app: which are in use, which end when, and the way from one to the next. */
export function KeysSection(shown: KeysShown): ReactNode {
  const { on, keys, live } = shown
  const { lang } = on
  return (
    <Section
      title={t(lang, { ja: '鍵と証明書', en: 'Keys and certificates' })}
      lead={t(lang, {
        ja: '入れ替えるときは、新しい鍵を加えて古い鍵の期限を決め、「最後の使用」で、新しい鍵が使われ始めたことを確かめます。',
        en: 'To rotate: add the new key and say when the old one ends, then see under “last use” that the new one is used.',
      })}
    >
      <EndsSoon on={on} keys={keys} />
      <KeysTable {...shown} />
      {live ? <AddForm {...shown} /> : null}
      {live && inUse({ keys }).some((key) => key.form === 'jwk') ? <EndForm {...shown} /> : null}
    </Section>
  )
}

function EndsSoon({ on: { lang, now }, keys }: Pick<KeysShown, 'on' | 'keys'>): ReactNode {
  const soon = inUse({ keys }).filter((key) => nearEnd(key, now))
  if (soon.length === 0) return null
  const stays = inUse({ keys }).length > soon.length
  return (
    <Banner
      tone="attention"
      lang={lang}
      title={t(lang, { ja: `${WARN_DAYS}日以内に期限が切れるものがあります`, en: `Something ends within ${WARN_DAYS} days` })}
    >
      {stays
        ? t(lang, {
            ja: 'あとに続く鍵があります。使われ始めたかを確かめてください。',
            en: 'A key that follows is there. See that it is used.',
          })
        : t(lang, {
            ja: 'あとに続く鍵がありません。期限までに加えないと、つながらなくなります。',
            en: 'No key follows. Add one before the end, or it can connect no more.',
          })}
    </Banner>
  )
}

function KeysTable({ on, base, keys, live }: KeysShown): ReactNode {
  const { lang } = on
  const retire = (row: ClientKey) => (
    <Form action={`${base}/keys/${encodeURIComponent(row.thumbprint)}/retire`}>
      <Button variant="danger" ariaLabel={t(lang, { ja: `鍵 ${row.kid} の使用を終える`, en: `Retire the key ${row.kid}` })}>
        {t(lang, { ja: '使用を終える', en: 'Retire' })}
      </Button>
    </Form>
  )
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '鍵と証明書', en: 'Keys and certificates' })}
      captionHidden
      rows={keys}
      rowKey={(row) => row.thumbprint}
      empty={<EmptyState lang={lang} title={t(lang, { ja: '鍵はありません', en: 'No keys' })} />}
      columns={[
        {
          key: 'kid',
          header: t(lang, { ja: '鍵（kid）・番号', en: 'Key id or serial' }),
          cell: (row) => <span className="break-anywhere">{row.kid || row.thumbprint}</span>,
        },
        { key: 'form', header: t(lang, { ja: '種類', en: 'Kind' }), cell: (row) => `${formWords(row, lang)} ${row.about}` },
        { key: 'added', header: t(lang, { ja: '登録', en: 'Added' }), cell: (row) => <Time value={row.addedAt} lang={lang} /> },
        {
          key: 'used',
          header: t(lang, { ja: '最後の使用', en: 'Last use' }),
          cell: (row) =>
            row.usedAt === null ? t(lang, { ja: 'まだない', en: 'never' }) : <Time value={row.usedAt} lang={lang} withTime />,
        },
        {
          key: 'until',
          header: t(lang, { ja: '期限', en: 'Ends' }),
          cell: (row) => (row.validUntil === null ? '—' : <Time value={row.validUntil} lang={lang} />),
        },
        { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (row) => <KeyState of={row} on={on} /> },
        {
          key: 'act',
          header: t(lang, { ja: '操作', en: 'Action' }),
          cell: (row) => (live && row.retiredAt === null ? retire(row) : '—'),
        },
      ]}
    />
  )
}

const formWords = ({ form }: ClientKey, lang: Lang): string =>
  form === 'jwk' ? t(lang, { ja: '公開鍵', en: 'Public key' }) : t(lang, { ja: '証明書', en: 'Certificate' })

function AddForm({ on: { lang }, base, draft, open }: KeysShown): ReactNode {
  const { input } = controls({ lang, draft })
  const label = t(lang, { ja: '次の鍵・証明書を加える', en: 'Add the next key or certificate' })
  return (
    <Details open={open && draft.values.form !== 'end'} summary={label}>
      <Form action={`${base}/keys`} label={label}>
        <KeysInput lang={lang} draft={draft} required />
        {input(
          'oldUntil',
          { ja: 'いまの公開鍵の最後の日（決めるとき）', en: 'Last day of the public keys in use, if it is settled' },
          {
            type: 'date',
            width: 'medium',
            hint: t(lang, {
              ja: '一週間ほど重ねると、切り替えの間も止まりません。',
              en: 'A week of both lets the change go on without a stop.',
            }),
          },
        )}
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '加える', en: 'Add' })}</Button>
        </ButtonRow>
      </Form>
    </Details>
  )
}

function EndForm({ on, base, keys, draft, open }: KeysShown): ReactNode {
  const { lang } = on
  const { input, select } = controls({ lang, draft })
  const label = t(lang, { ja: '鍵の最後の日を決める', en: 'Settle the last day of a key' })
  const options = inUse({ keys })
    .filter((key) => key.form === 'jwk')
    .map((key) => ({ value: key.thumbprint, label: key.validUntil === null ? key.kid : `${key.kid}（${dateInJapan(key.validUntil)}）` }))
  return (
    <Details open={open && draft.values.form === 'end'} summary={label}>
      <Form action={`${base}/keys/end`} label={label}>
        {select('thumbprint', { ja: '鍵', en: 'Key' }, options)}
        {input(
          'until',
          { ja: '最後の日', en: 'Last day' },
          { type: 'date', width: 'medium', hint: t(lang, { ja: '空にすると、期限をなくします。', en: 'Left empty, it has no end.' }) },
        )}
        <ButtonRow>
          <Button>{t(lang, { ja: '決める', en: 'Settle' })}</Button>
        </ButtonRow>
      </Form>
    </Details>
  )
}
