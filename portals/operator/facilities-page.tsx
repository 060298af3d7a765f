import type { FacilityLine } from '#care/person'
import { dateInJapan } from '#kernel/japan'
import { ButtonRow, EmptyState, Ja, LinkButton, renderPage, Table, t } from '#ui'
import { OperatorPage, type PageOf } from './frame.tsx'
import { StateTag, stateOn } from './parts.tsx'
import { facilityKindNames } from './words.ts'
import { facilityHref, isOperator, Pages, Search } from './facility-parts.tsx'

export type FacilityList = { lines: readonly FacilityLine[]; find: string; page: number; size: number }

export function facilitiesPage(on: PageOf, { lines, find, page, size }: FacilityList): string {
  const { lang } = on
  const day = dateInJapan(on.now)
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={t(lang, { ja: '施設と職員', en: 'Facilities and staff' })}
      lead={t(lang, {
        ja: '施設を開くと、診療科・職員・つないでいるシステムが見られます。',
        en: 'Open a facility to see its departments, staff and systems.',
      })}
    >
      {isOperator(on) ? (
        <ButtonRow>
          <LinkButton variant="primary" href="/operator/facilities/new" shortcut="n">
            {t(lang, { ja: '施設を登録する', en: 'Register a facility' })}
          </LinkButton>
          <LinkButton href="/operator/import">
            {t(lang, { ja: '表（CSV）でまとめて登録', en: 'Register many from a table (CSV)' })}
          </LinkButton>
        </ButtonRow>
      ) : null}
      <Search
        lang={lang}
        action="/operator/facilities"
        value={find}
        label={t(lang, { ja: '名称か番号で探す', en: 'Search by name or number' })}
      />
      <Table
        lang={lang}
        caption={t(lang, { ja: '施設の一覧', en: 'Facilities' })}
        rows={lines}
        rowKey={(row) => row.institutionNumber}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '当てはまる施設はありません', en: 'No facility matches' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '名称', en: 'Name' }),
            cell: (row) => (
              <a href={facilityHref(row.institutionNumber)}>
                <Ja>{(lang === 'en' && row.nameEn) || row.name}</Ja>
              </a>
            ),
          },
          { key: 'number', header: t(lang, { ja: '番号', en: 'Number' }), cell: (row) => row.institutionNumber },
          { key: 'kind', header: t(lang, { ja: '種別', en: 'Kind' }), cell: (row) => t(lang, facilityKindNames[row.kind]) },
          { key: 'staff', header: t(lang, { ja: '職員', en: 'Staff' }), cell: (row) => row.staff, numeric: true },
          { key: 'clients', header: t(lang, { ja: 'システム', en: 'Systems' }), cell: (row) => row.clients, numeric: true },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (row) => <StateTag state={stateOn(row, day)} lang={lang} /> },
        ]}
      />
      <Pages lang={lang} path="/operator/facilities" find={find} page={page} size={size} total={lines[0]?.total ?? 0} />
    </OperatorPage>,
  )
}
