import type { ReactNode } from 'react'
import { type Change, type ClientEntry, type ClientKey, WARN_DAYS } from '#care/person'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  Details,
  EmptyState,
  ErrorSummary,
  Form,
  Ja,
  type Lang,
  renderPage,
  Section,
  Table,
  Tag,
  Time,
  t,
} from '#ui'
import { facilityHref } from './facility-parts.tsx'
import type { Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { History, StateTag } from './parts.tsx'
import { bindingNames, scopeWords } from './words.ts'
import { clientCrumbs, clientHref, inUse, nearEnd } from './client-parts.tsx'
import { ClientFields, KeysInput } from './client-form.tsx'

export type ClientShown = { client: ClientEntry; changes: readonly Change[]; draft: Draft; open: 'keys' | 'change' | null; snippet: string }

export function clientPage(on: PageOf, shown: ClientShown): string {
  const { lang } = on
  const { client, draft } = shown
  const live = client.endedAt === null
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/clients"
      title={client.name}
      titleLang="ja"
      hasErrors={draft.errors.length > 0}
      breadcrumbs={clientCrumbs(lang)}
      lead={
        <>
          {client.clientId} <StateTag state={live ? 'now' : 'over'} lang={lang} />
        </>
      }
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      <DefinitionList
        items={[
          {
            term: t(lang, { ja: '施設', en: 'Facility' }),
            value: (
              <a href={facilityHref(client.institutionNumber)}>
                <Ja>{(lang === 'en' && client.institutionNameEn) || client.institutionName}</Ja>
              </a>
            ),
          },
          { term: t(lang, { ja: 'できること', en: 'What it may do' }), value: client.scopes.map((scope) => scopeWords(scope, lang)) },
          { term: t(lang, { ja: 'トークンの結び付け', en: 'Tokens are tied to' }), value: t(lang, bindingNames[client.binding]) },
          ...(client.certificateSubject
            ? [{ term: t(lang, { ja: '証明書の名義', en: 'Certificate subject' }), value: client.certificateSubject }]
            : []),
          ...(client.endedAt
            ? [{ term: t(lang, { ja: '終了', en: 'Ended' }), value: <Time value={client.endedAt} lang={lang} withTime /> }]
            : []),
        ]}
      />
      <KeysSection on={on} shown={shown} />
      {live ? <ConnectSection lang={lang} snippet={shown.snippet} /> : null}
      {live ? <ChangeSection on={on} shown={shown} /> : null}
      <History changes={shown.changes} lang={lang} />
    </OperatorPage>,
  )
}

type Part = { on: PageOf; shown: ClientShown }

function KeyState({ of, on }: { of: ClientKey; on: PageOf }): ReactNode {
  const { lang, now } = on
  if (of.retiredAt !== null) return <Tag>{t(lang, { ja: '使用終了', en: 'Retired' })}</Tag>
  if (nearEnd(of, now)) return <Tag tone="attention">{t(lang, { ja: '期限が近い', en: 'Ends soon' })}</Tag>
  return <Tag tone="success">{t(lang, { ja: '使用中', en: 'In use' })}</Tag>
}

function KeysSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const { client, draft, open } = shown
  const live = client.endedAt === null
  const retire = (row: ClientKey) => (
    <Form action={clientHref(client.clientId, `/keys/${encodeURIComponent(row.thumbprint)}/retire`)}>
      <Button variant="danger" ariaLabel={t(lang, { ja: `鍵 ${row.kid} の使用を終える`, en: `Retire the key ${row.kid}` })}>
        {t(lang, { ja: '使用を終える', en: 'Retire' })}
      </Button>
    </Form>
  )
  return (
    <Section
      title={t(lang, { ja: '鍵と証明書', en: 'Keys and certificates' })}
      lead={t(lang, {
        ja: '入れ替えるときは、新しい鍵を加え、システムが新しい鍵を使い始めたことを「最後の使用」で確かめてから、古い鍵の使用を終えます。',
        en: 'To rotate: add the new key, see under “last use” that the system signs with it, then retire the old one.',
      })}
    >
      {inUse(client).some((k) => nearEnd(k, on.now)) ? (
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, { ja: `${WARN_DAYS}日以内に期限が切れるものがあります`, en: `Something ends within ${WARN_DAYS} days` })}
        />
      ) : null}
      <Table
        lang={lang}
        caption={t(lang, { ja: '鍵と証明書', en: 'Keys and certificates' })}
        captionHidden
        rows={client.keys}
        rowKey={(row) => row.thumbprint}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '鍵はありません', en: 'No keys' })} />}
        columns={[
          {
            key: 'kid',
            header: t(lang, { ja: '鍵（kid）・番号', en: 'Key id or serial' }),
            cell: (row) => <span className="break-anywhere">{row.kid || row.thumbprint}</span>,
          },
          {
            key: 'form',
            header: t(lang, { ja: '種類', en: 'Kind' }),
            cell: (row) => (
              <>
                {row.form === 'jwk' ? t(lang, { ja: '公開鍵', en: 'Public key' }) : t(lang, { ja: '証明書', en: 'Certificate' })}{' '}
                {row.about}
              </>
            ),
          },
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
      {live ? (
        <Details open={open === 'keys'} summary={t(lang, { ja: '次の鍵・証明書を加える', en: 'Add the next key or certificate' })}>
          <Form
            action={clientHref(client.clientId, '/keys')}
            label={t(lang, { ja: '次の鍵・証明書を加える', en: 'Add the next key or certificate' })}
          >
            <KeysInput lang={lang} draft={draft} required />
            <ButtonRow>
              <Button variant="primary">{t(lang, { ja: '加える', en: 'Add' })}</Button>
            </ButtonRow>
          </Form>
        </Details>
      ) : null}
    </Section>
  )
}

const ConnectSection = ({ lang, snippet }: { lang: Lang; snippet: string }): ReactNode => (
  <Section
    title={t(lang, { ja: 'つなぎ方', en: 'How to connect' })}
    lead={t(lang, {
      ja: 'このシステムの担当者に渡せる手順です。秘密は含まれていません。',
      en: 'Steps to hand to whoever runs this system. No secret is in them.',
    })}
  >
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
    <pre className="code" tabIndex={0}>
      <code lang="en">{snippet}</code>
    </pre>
    <p>
      <a href="/developer">{t(lang, { ja: 'システムをつなぐ方の案内', en: 'Guide for those who connect systems' })}</a>
    </p>
  </Section>
)

function ChangeSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const { client, draft, open } = shown
  const kept =
    open === 'change'
      ? draft
      : {
          ...draft,
          values: { ...draft.values, name: client.name, binding: client.binding, certificateSubject: client.certificateSubject ?? '' },
        }
  const end = t(lang, { ja: 'このシステムを終了する', en: 'End this system' })
  return (
    <>
      <Details
        open={open === 'change'}
        summary={t(lang, { ja: '名称・できること・結び付けを変える', en: 'Change name, rights or binding' })}
      >
        <Form
          action={clientHref(client.clientId)}
          label={t(lang, { ja: '名称・できること・結び付けを変える', en: 'Change name, rights or binding' })}
        >
          <ClientFields lang={lang} draft={kept} scopes={client.scopes} withNone={client.binding === 'none'} />
          <ButtonRow>
            <Button variant="primary">{t(lang, { ja: '変更する', en: 'Save' })}</Button>
          </ButtonRow>
        </Form>
      </Details>
      <Details summary={end}>
        <p>
          {t(lang, {
            ja: '終了すると、次の要求から何もできなくなります。発行済みのトークンも使えません。元には戻せません。',
            en: 'From its next request on it can do nothing, with tokens it holds neither. This cannot be undone.',
          })}
        </p>
        <Form action={clientHref(client.clientId, '/end')} label={end}>
          <ButtonRow>
            <Button variant="danger">{t(lang, { ja: 'すぐに終了する', en: 'End it now' })}</Button>
          </ButtonRow>
        </Form>
      </Details>
    </>
  )
}
