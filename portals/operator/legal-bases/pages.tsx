import type { ReactNode } from 'react'
import { askableKinds, type BasisUse, legalPurposes, type RegisteredBasis, statuteOf, statutesOn } from '#care/consent'
import { dateInJapan } from '#kernel/japan'
import type { Lang, Sentence } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  CheckboxGroup,
  DefinitionList,
  EmptyState,
  ErrorSummary,
  Form,
  Ja,
  joinList,
  kindName,
  LinkButton,
  renderPage,
  Section,
  Table,
  Tag,
  Time,
  t,
} from '#ui'
import { controls, type Draft } from '../form.tsx'
import { OperatorPage, type PageOf } from '../frame.tsx'

export const HOME = '/operator/legal-bases'

export const purposeNames: Record<string, Sentence> = {
  HPAYMT: { ja: '医療費の支払い', en: 'Payment' },
  HRESCH: { ja: '研究', en: 'Research' },
  HOPERAT: { ja: '事業の運営', en: 'Operations' },
}
export const purposeIn = (purpose: string, lang: Lang) => purposeNames[purpose]?.[lang] ?? purpose
export const kindsIn = (kinds: readonly string[], lang: Lang) =>
  joinList(
    lang,
    kinds.map((kind) => kindName[kind as keyof typeof kindName]?.[lang] ?? kind),
  )

function StateOf({ basis, today, lang }: { basis: RegisteredBasis; today: string; lang: Lang }): ReactNode {
  if (!basis.running) return <Tag>{t(lang, { ja: '終了', en: 'Ended' })}</Tag>
  return basis.reviewOn < today ? (
    <Tag tone="attention">{t(lang, { ja: '見直しの日が過ぎました', en: 'Review is overdue' })}</Tag>
  ) : (
    <Tag tone="success">{t(lang, { ja: '有効', en: 'In force' })}</Tag>
  )
}

/** The last instant on which it holds. */
export const lastDay = ({ until }: RegisteredBasis): Date => new Date(until.getTime() - 1)

const hrefOf = (id: string) => `${HOME}/${encodeURIComponent(id)}`

export function listPage(on: PageOf, { bases, mayEnter }: { bases: readonly RegisteredBasis[]; mayEnter: boolean }): string {
  const { lang, now } = on
  const today = dateInJapan(now)
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: '同意によらない提供の法的根拠', en: 'Legal bases without consent' })}
      lead={t(lang, {
        ja: '法令により、本人の同意がなくても記録を見られる医療機関・機関の登録です。使われるたびに、この根拠の名で記録が残ります。',
        en: 'Who may see records by law, without the person’s consent. Each use is logged under its basis.',
      })}
    >
      {bases.length === 0 ? (
        <EmptyState lang={lang} title={t(lang, { ja: '登録はありません', en: 'None is registered' })}>
          <p>
            {t(lang, {
              ja: '登録がないあいだ、この道では誰にも何も見えません。',
              en: 'While there is none, nobody sees anything this way.',
            })}
          </p>
        </EmptyState>
      ) : (
        <Table
          lang={lang}
          caption={t(lang, { ja: '法的根拠', en: 'Legal bases' })}
          captionHidden
          rows={bases}
          rowKey={(basis) => basis.id}
          columns={[
            {
              key: 'who',
              header: t(lang, { ja: '相手', en: 'Who' }),
              cell: (basis) => (
                <a href={hrefOf(basis.id)}>
                  <Ja>{basis.institutionName}</Ja>
                </a>
              ),
            },
            { key: 'why', header: t(lang, { ja: '目的', en: 'Purpose' }), cell: (basis) => purposeIn(basis.purpose, lang) },
            {
              key: 'law',
              header: t(lang, { ja: 'きまり', en: 'Law' }),
              cell: (basis) => t(lang, statuteOf(basis.statute)?.title ?? { ja: '—', en: '–' }),
            },
            { key: 'until', header: t(lang, { ja: '期限', en: 'Until' }), cell: (basis) => <Time value={lastDay(basis)} lang={lang} /> },
            {
              key: 'review',
              header: t(lang, { ja: '見直しの日', en: 'Review' }),
              cell: (basis) => <Time value={basis.reviewOn} lang={lang} />,
            },
            {
              key: 'state',
              header: t(lang, { ja: '状態', en: 'State' }),
              cell: (basis) => <StateOf basis={basis} today={today} lang={lang} />,
            },
          ]}
        />
      )}
      <ButtonRow>
        {mayEnter ? <LinkButton href={`${HOME}/new`}>{t(lang, { ja: '根拠を登録する', en: 'Enter a basis' })}</LinkButton> : null}
        <LinkButton href="/public/legal-bases" variant="secondary">
          {t(lang, { ja: '公開されている登録簿', en: 'Public register' })}
        </LinkButton>
      </ButtonRow>
    </OperatorPage>,
  )
}

export function newPage(on: PageOf, { draft, kinds }: { draft: Draft; kinds: readonly string[] }): string {
  const { lang, now } = on
  const { input, select } = controls({ lang, draft })
  const choose = { value: '', label: t(lang, { ja: '選んでください', en: 'Choose' }) }
  const statutes = statutesOn(dateInJapan(now)).map((one) => ({ value: one.id, label: one.title[lang] }))
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: '法的根拠を登録する', en: 'Enter a legal basis' })}
      breadcrumbs={[{ href: HOME, label: t(lang, { ja: '法的根拠', en: 'Legal bases' }) }]}
      top={<ErrorSummary lang={lang} errors={draft.errors} />}
    >
      <Banner
        lang={lang}
        tone="attention"
        title={t(lang, { ja: '登録すると、本人の同意なしに見えるようになります', en: 'This opens records without the persons’ consent' })}
      >
        <p>
          {t(lang, {
            ja: '条文の当てはめは、弁護士の確認を受けてから登録してください。登録は公開されます。',
            en: 'Have a lawyer confirm that the clause applies before you enter it. The entry is public.',
          })}
        </p>
      </Banner>
      <Form action={HOME}>
        {input(
          'institutionNumber',
          { ja: '相手の医療機関番号（10桁）', en: 'Institution number (10 digits)' },
          { width: 'medium', inputMode: 'numeric' },
        )}
        {select('statute', { ja: 'きまり', en: 'Law' }, [choose, ...statutes])}
        {select('purpose', { ja: '目的', en: 'Purpose' }, [
          choose,
          ...legalPurposes.map((one) => ({ value: one, label: purposeIn(one, lang) })),
        ])}
        <CheckboxGroup
          lang={lang}
          name="kinds"
          label={t(lang, { ja: '見られる情報', en: 'What may be seen' })}
          values={kinds}
          error={draft.errors.find((error) => error.name === 'kinds')?.message}
          options={askableKinds.map((kind) => ({ value: kind, label: kindName[kind][lang] }))}
        />
        {input(
          'because',
          { ja: '事実（同意を得ることが難しい理由、根拠の法令）', en: 'Facts: why consent is hard to get, which law' },
          { rows: 4, maxLength: 1000 },
        )}
        {input('decidedBy', { ja: '決めた人・会議', en: 'Decided by' }, { maxLength: 120 })}
        {input('until', { ja: '最後の日', en: 'Last day' }, { type: 'date', width: 'medium' })}
        {input(
          'reviewOn',
          { ja: '見直しの日', en: 'Review on' },
          { type: 'date', width: 'medium', hint: t(lang, { ja: '1年以内の日', en: 'Within a year' }) },
        )}
        <Button variant="danger">{t(lang, { ja: '登録して開く', en: 'Enter and open' })}</Button>
      </Form>
    </OperatorPage>,
  )
}

export function basisPage(
  on: PageOf,
  { basis, uses, mayEnd }: { basis: RegisteredBasis; uses: readonly BasisUse[]; mayEnd: boolean },
): string {
  const { lang, now } = on
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: '法的根拠', en: 'Legal basis' })}
      breadcrumbs={[{ href: HOME, label: t(lang, { ja: '法的根拠', en: 'Legal bases' }) }]}
    >
      <p>
        <StateOf basis={basis} today={dateInJapan(now)} lang={lang} />
      </p>
      <DefinitionList
        items={[
          { term: t(lang, { ja: '相手', en: 'Who' }), value: <Ja>{`${basis.institutionName}（${basis.institutionNumber}）`}</Ja> },
          { term: t(lang, { ja: 'きまり', en: 'Law' }), value: <Ja>{statuteOf(basis.statute)?.citation ?? basis.statute}</Ja> },
          { term: t(lang, { ja: '目的', en: 'Purpose' }), value: `${purposeIn(basis.purpose, lang)}（purpose/${basis.purpose}）` },
          { term: t(lang, { ja: '見られる情報', en: 'What may be seen' }), value: kindsIn(basis.kinds, lang) },
          { term: t(lang, { ja: '事実', en: 'Facts' }), value: <Ja>{basis.because}</Ja> },
          { term: t(lang, { ja: '決めた人', en: 'Decided by' }), value: <Ja>{basis.decidedBy}</Ja> },
          { term: t(lang, { ja: '始まり', en: 'Since' }), value: <Time value={basis.since} lang={lang} withTime /> },
          { term: t(lang, { ja: '期限', en: 'Until' }), value: <Time value={lastDay(basis)} lang={lang} /> },
          { term: t(lang, { ja: '見直しの日', en: 'Review on' }), value: <Time value={basis.reviewOn} lang={lang} /> },
          ...(basis.endedAt === null
            ? []
            : [{ term: t(lang, { ja: '終了', en: 'Ended' }), value: <Time value={basis.endedAt} lang={lang} withTime /> }]),
        ]}
      />
      <Uses uses={uses} lang={lang} />
      {mayEnd && basis.running ? (
        <Form action={`${hrefOf(basis.id)}/end`}>
          <Button variant="danger">{t(lang, { ja: 'いますぐ終わらせる', en: 'End it now' })}</Button>
        </Form>
      ) : null}
    </OperatorPage>,
  )
}

function Uses({ uses, lang }: { uses: readonly BasisUse[]; lang: Lang }): ReactNode {
  return (
    <Section title={t(lang, { ja: '使われた回数', en: 'Uses' })}>
      {uses.length === 0 ? (
        <p>{t(lang, { ja: 'まだ使われていません。', en: 'Not used yet.' })}</p>
      ) : (
        <Table
          lang={lang}
          caption={t(lang, { ja: '月ごとの回数', en: 'By month' })}
          captionHidden
          rows={uses}
          rowKey={(use) => use.month}
          columns={[
            { key: 'month', header: t(lang, { ja: '月', en: 'Month' }), cell: (use) => use.month },
            { key: 'uses', header: t(lang, { ja: '回数', en: 'Uses' }), cell: (use) => <span className="number">{use.uses}</span> },
            {
              key: 'persons',
              header: t(lang, { ja: '人数', en: 'Persons' }),
              cell: (use) => <span className="number">{use.persons}</span>,
            },
          ]}
        />
      )}
    </Section>
  )
}
