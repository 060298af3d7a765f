import type { StaffEntry } from '#care/person'
import { EmptyState, Ja, renderPage, Section, Table, Time, t } from '#ui'
import { Pages, Search } from './facility-parts.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { staffHref } from './staff-parts.tsx'
import { roleNames } from './words.ts'

export type SignIns = {
  locked: readonly StaffEntry[]
  invited: readonly { staff: StaffEntry; until: Date }[]
  found: readonly (StaffEntry & { total: number })[]
  find: string
  page: number
  size: number
}

/** Who cannot sign in, and the way to help them. */
export function signInsPage(on: PageOf, { locked, invited, found, find, page, size }: SignIns): string {
  const { lang } = on
  const who = (s: StaffEntry) => (
    <a href={staffHref(s.id)}>
      <Ja>{s.name}</Ja>
    </a>
  )
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/sign-ins"
      title={t(lang, { ja: 'サインインの手助け', en: 'Sign-in help' })}
      lead={t(lang, {
        ja: '職員のページで、ロックの解除、新しい招待状、すべての端末からのサインアウトができます。',
        en: 'On a person’s page you can unlock, issue a new invitation, and sign them out everywhere.',
      })}
    >
      <Search
        lang={lang}
        action="/operator/sign-ins"
        value={find}
        label={t(lang, { ja: '職員を氏名・ログイン名で探す', en: 'Search staff by name or login name' })}
      />
      {find === '' ? null : (
        <Section title={t(lang, { ja: '見つかった職員', en: 'Found' })}>
          <Table
            lang={lang}
            caption={t(lang, { ja: '見つかった職員', en: 'Found' })}
            captionHidden
            rows={found}
            rowKey={(row) => row.id}
            empty={<EmptyState lang={lang} title={t(lang, { ja: '見つかりませんでした', en: 'Nobody was found' })} />}
            columns={[
              { key: 'name', header: t(lang, { ja: '氏名', en: 'Name' }), cell: who },
              { key: 'login', header: t(lang, { ja: 'ログイン名', en: 'Login name' }), cell: (row) => row.loginName },
              {
                key: 'place',
                header: t(lang, { ja: '勤務先', en: 'Works at' }),
                cell: (row) =>
                  row.assignments
                    .filter((a) => a.endedAt === null)
                    .map((a) => (
                      <span key={a.id}>
                        <Ja>{(lang === 'en' && a.institutionNameEn) || a.institutionName}</Ja> {t(lang, roleNames[a.role])}{' '}
                      </span>
                    )),
              },
            ]}
          />
          <Pages lang={lang} path="/operator/sign-ins" find={find} page={page} size={size} total={found[0]?.total ?? 0} />
        </Section>
      )}
      <Section title={t(lang, { ja: '続けて間違えて、待っている職員', en: 'Waiting after failed tries' })}>
        {locked.length === 0 ? (
          <EmptyState lang={lang} title={t(lang, { ja: 'いません', en: 'Nobody' })} />
        ) : (
          <ul>
            {locked.map((s) => (
              <li key={s.id}>
                {who(s)} {s.loginName}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t(lang, { ja: '招待状をまだ使っていない職員', en: 'Invitation not used yet' })}>
        {invited.length === 0 ? (
          <EmptyState lang={lang} title={t(lang, { ja: 'いません', en: 'Nobody' })} />
        ) : (
          <ul>
            {invited.map(({ staff, until }) => (
              <li key={staff.id}>
                {who(staff)} <Time value={until} lang={lang} withTime />
              </li>
            ))}
          </ul>
        )}
      </Section>
    </OperatorPage>,
  )
}
