import type { ClientEntry } from '#care/person'
import { ButtonRow, EmptyState, Ja, LinkButton, renderPage, Table, Tag, Time, t } from '#ui'
import { Pages, Search } from './facility-parts.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { StateTag } from './parts.tsx'
import { clientHref, inUse, lastUse, nearEnd } from './client-parts.tsx'
import { isOperator } from './facility-parts.tsx'

export type ClientList = { clients: readonly (ClientEntry & { total: number })[]; find: string; page: number; size: number }

export function clientsPage(on: PageOf, { clients, find, page, size }: ClientList): string {
  const { lang, now } = on
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/clients"
      title={t(lang, { ja: 'システムとアプリ', en: 'Systems and apps' })}
      lead={t(lang, {
        ja: '電子カルテや薬局のシステムが、どの鍵で、何のためにつながっているか。',
        en: 'Which systems of facilities are connected, with which keys, for what.',
      })}
    >
      <ButtonRow>
        <LinkButton variant="primary" href="/operator/clients/new" shortcut="n">
          {t(lang, { ja: 'システムを登録する', en: 'Register a system' })}
        </LinkButton>
        {isOperator(on) ? (
          <LinkButton href="/operator/apps">{t(lang, { ja: '本人や職員が使うアプリ', en: 'Apps of people and staff' })}</LinkButton>
        ) : null}
      </ButtonRow>
      <Search
        lang={lang}
        action="/operator/clients"
        value={find}
        label={t(lang, { ja: '名称・ID・施設で探す', en: 'Search by name, id or facility' })}
      />
      <Table
        lang={lang}
        caption={t(lang, { ja: 'システムの一覧', en: 'Systems' })}
        rows={clients}
        rowKey={(row) => row.clientId}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '当てはまるシステムはありません', en: 'No system matches' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '名称', en: 'Name' }),
            cell: (row) => (
              <a href={clientHref(row.clientId)}>
                <Ja>{row.name}</Ja>
              </a>
            ),
          },
          { key: 'id', header: t(lang, { ja: 'クライアントID', en: 'Client id' }), cell: (row) => row.clientId },
          {
            key: 'facility',
            header: t(lang, { ja: '施設', en: 'Facility' }),
            cell: (row) => <Ja>{(lang === 'en' && row.institutionNameEn) || row.institutionName}</Ja>,
          },
          {
            key: 'used',
            header: t(lang, { ja: '最後の接続', en: 'Last use' }),
            cell: (row) => {
              const at = lastUse(row)
              return at === null ? t(lang, { ja: 'まだない', en: 'never' }) : <Time value={at} lang={lang} withTime />
            },
          },
          {
            key: 'state',
            header: t(lang, { ja: '状態', en: 'State' }),
            cell: (row) =>
              row.endedAt === null && inUse(row).some((k) => nearEnd(k, now)) ? (
                <Tag tone="attention">{t(lang, { ja: '鍵の期限が近い', en: 'A key ends soon' })}</Tag>
              ) : (
                <StateTag state={row.endedAt === null ? 'now' : 'over'} lang={lang} />
              ),
          },
        ]}
      />
      <Pages lang={lang} path="/operator/clients" find={find} page={page} size={size} total={clients[0]?.total ?? 0} />
    </OperatorPage>,
  )
}
