import type { ReactNode } from 'react'
import { breachReportItems } from '#care/consent'
import { type Breach, breachStates, type CaseView, clocksOf, dutiesOf, lacksFor, stateNames, stepNames, stepWords } from '#care/oversight'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  Details,
  EmptyState,
  Form,
  Ja,
  type Lang,
  renderPage,
  Section,
  Stack,
  Steps,
  Table,
  Tag,
  TextInput,
  Time,
  t,
} from '#ui'
import { draftOf, FactsForm } from './breach-form.tsx'
import { type Draft, noDraft } from './form.ts'
import { AuditorPage, type PageOf } from './frame.tsx'
import { ClockState, clockTitle, DrillBanner } from './parts.tsx'
import { Progress } from './scope-page.tsx'
import { ScopeForm } from './scopes-page.tsx'

function Duties({ lang, b, now }: { lang: Lang; b: Breach; now: Date }): ReactNode {
  const duties = dutiesOf(b)
  const clocks = clocksOf(b, now)
  const why = (list: readonly { id: string; article: string; title: { ja: string; en: string } }[]) =>
    list.map((one) => (
      <span key={one.id}>
        {one.title[lang]} <Ja>{`（${one.article}）`}</Ja>
      </span>
    ))
  return (
    <Section title={t(lang, { ja: '法律が求めること', en: 'What the law asks' })}>
      <Stack>
        {duties.reportable ? (
          <Banner
            tone="attention"
            lang={lang}
            title={t(lang, {
              ja: '役所への報告と、本人への通知が必要です',
              en: 'It must be reported to the authority, and the persons told',
            })}
          />
        ) : (
          <Banner
            tone="info"
            lang={lang}
            title={t(lang, { ja: '今の事実では、報告の義務はありません', en: 'By these facts nothing need be reported' })}
          />
        )}
        <DefinitionList
          items={[
            ...(duties.triggers.length > 0 ? [{ term: t(lang, { ja: 'なぜ', en: 'Why' }), value: why(duties.triggers) }] : []),
            ...(duties.reliefs.length > 0
              ? [{ term: t(lang, { ja: '報告が要らない理由', en: 'Why not' }), value: why(duties.reliefs) }]
              : []),
            ...clocks.map((c) => ({
              term: clockTitle(c, lang),
              value: (
                <>
                  {c.by === null ? null : (
                    <>
                      <Time value={c.by} lang={lang} /> {t(lang, { ja: 'まで', en: '' })}{' '}
                    </>
                  )}
                  <ClockState clock={c} now={now} lang={lang} />
                </>
              ),
            })),
          ]}
        />
        <p className="note">
          {t(lang, {
            ja: 'この判定は、法律の読み方を表にしたものです（要確認: 弁護士）。',
            en: 'This follows our table of the law; a lawyer has yet to confirm it.',
          })}
        </p>
      </Stack>
    </Section>
  )
}

function Next({ on, view }: { on: PageOf; view: CaseView }): ReactNode {
  const { lang } = on
  const { breach: b, next } = view
  if (next === null) return null
  // The note is typed together with the step, so only what else is missing is told beforehand.
  const lacks = lacksFor(next, b, { scope: view.scope?.state, note: 'x' })
  const telling = next === 'tell' && b.tellingAt !== null
  if (telling)
    return (
      <p role="status">{t(lang, { ja: `本人に知らせています（${view.told}人）。`, en: `The persons are being told (${view.told}).` })}</p>
    )
  return (
    <Section title={t(lang, { ja: '次にすること', en: 'Next' })} lead={stepNames[next][lang]}>
      {lacks.length > 0 ? (
        <ul>
          {lacks.map((l) => (
            <li key={l.en}>{l[lang]}</li>
          ))}
        </ul>
      ) : (
        <Form action={`/audit/breaches/${b.id}/steps/${next}`} label={stepNames[next][lang]}>
          <TextInput
            lang={lang}
            name="note"
            rows={2}
            maxLength={2000}
            label={
              next === 'report' || next === 'final'
                ? t(lang, { ja: '提出の覚え（受付番号など）', en: 'How it was submitted (receipt number)' })
                : t(lang, { ja: '何をしたか', en: 'What was done' })
            }
            required={next === 'contain' || next === 'close'}
          />
          <ButtonRow>
            <Button variant={next === 'tell' && !b.drill ? 'danger' : 'primary'}>
              {next === 'tell' && view.scope?.persons != null && !b.drill
                ? t(lang, { ja: `${view.scope.persons}人に知らせる`, en: `Tell ${view.scope.persons} persons` })
                : stepNames[next][lang]}
            </Button>
          </ButtonRow>
        </Form>
      )}
    </Section>
  )
}

function Scope({ lang, view, draft }: { lang: Lang; view: CaseView; draft: Draft }): ReactNode {
  const { scope, breach: b } = view
  return (
    <Section title={t(lang, { ja: '触れられた範囲', en: 'The scope' })}>
      <Stack>
        {scope === null ? <EmptyState lang={lang} title={t(lang, { ja: 'まだ調べていません', en: 'Not worked out yet' })} /> : null}
        {scope !== null && scope.state !== 'done' ? <Progress scope={scope} lang={lang} /> : null}
        {scope?.state === 'done' ? (
          <p>
            <a href={`/audit/scope/${scope.id}`}>
              {t(lang, {
                ja: `${scope.persons}人、${scope.entries}回。くわしく見る`,
                en: `${scope.persons} people, ${scope.entries} times. See more`,
              })}
            </a>
          </p>
        ) : null}
        {b.state === 'closed' ? null : (
          <>
            {scope?.state === 'done' ? (
              <Form action={`/audit/breaches/${b.id}/draft`} label={t(lang, { ja: '報告の下書き', en: 'Draft the report' })}>
                <Button>
                  {t(lang, { ja: 'この範囲から、空いている報告の項目を下書きする', en: 'Draft the empty items from this scope' })}
                </Button>
              </Form>
            ) : null}
            <Details
              summary={t(lang, { ja: '条件を変えて調べ直す', en: 'Work it out by other conditions' })}
              open={draft.errors.length > 0}
            >
              <ScopeForm lang={lang} action={`/audit/breaches/${b.id}/scope`} draft={draft} />
            </Details>
          </>
        )}
      </Stack>
    </Section>
  )
}

function Items({ lang, b }: { lang: Lang; b: Breach }): ReactNode {
  return (
    <Section
      title={t(lang, { ja: '報告の九つの項目', en: 'The nine items of the report' })}
      lead={t(lang, {
        ja: '分かったところから書きます。速報では、空いている項目は「調査中」となります。',
        en: 'Write what is known. In the preliminary report an empty item reads “under investigation”.',
      })}
    >
      <Form action={`/audit/breaches/${b.id}/items`} label={t(lang, { ja: '報告の項目', en: 'Items of the report' })}>
        {breachReportItems.map(({ id, title }) => (
          <TextInput key={id} lang={lang} name={`item-${id}`} rows={3} maxLength={10_000} label={title[lang]} value={b.items[id] ?? ''} />
        ))}
        <TextInput
          lang={lang}
          name="substitute"
          rows={2}
          maxLength={10_000}
          label={t(lang, { ja: '本人への通知が難しいときの代わりの措置', en: 'Substitute measures where persons cannot be told' })}
          hint={t(lang, { ja: '公表、問い合わせ窓口など', en: 'Publication, a contact point' })}
          value={b.substitute}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '項目を残す', en: 'Keep the items' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}

function Papers({ lang, b }: { lang: Lang; b: Breach }): ReactNode {
  return (
    <Section
      title={t(lang, { ja: '書類', en: 'Papers' })}
      lead={t(lang, {
        ja: '開いて印刷できます。提出は、役所の窓口で人が行います。',
        en: 'Open and print. A person submits them at the authority’s desk.',
      })}
    >
      <ul>
        <li>
          <a href={`/audit/breaches/${b.id}/report/preliminary`}>{t(lang, { ja: '速報（案）', en: 'Preliminary report (draft)' })}</a>
        </li>
        <li>
          <a href={`/audit/breaches/${b.id}/report/final`}>{t(lang, { ja: '確報（案）', en: 'Final report (draft)' })}</a>
        </li>
        <li>
          <a href={`/audit/breaches/${b.id}/letters`}>{t(lang, { ja: '本人への手紙', en: 'Letters to the persons' })}</a>
        </li>
      </ul>
    </Section>
  )
}

/** One case: what is next, and until when? */
export function breachPage(on: PageOf, view: CaseView, draft: Draft = noDraft): string {
  const { lang, now } = on
  const { breach: b } = view
  const open = b.state !== 'closed'
  const mine = on.actor.kind === 'staff' && on.actor.id === b.ownerId
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/breaches"
      title={b.title}
      titleLang="ja"
      lead={
        <>
          {stateNames[b.state][lang]} {t(lang, { ja: '・ 担当：', en: '— in charge: ' })}
          {b.ownerName === '' ? <Tag tone="attention">{t(lang, { ja: '未定', en: 'Nobody' })}</Tag> : <Ja>{b.ownerName}</Ja>}
        </>
      }
      breadcrumbs={[{ href: '/audit/breaches', label: t(lang, { ja: '漏えい等', en: 'Breaches' }) }]}
      hasErrors={draft.errors.length > 0}
    >
      <DrillBanner breach={b} lang={lang} />
      <Steps
        lang={lang}
        steps={breachStates.map((state) => ({ title: stateNames[state][lang] }))}
        current={breachStates.indexOf(b.state)}
      />
      {open && !mine ? (
        <Form action={`/audit/breaches/${b.id}/owner`} label={t(lang, { ja: '担当', en: 'In charge' })}>
          <ButtonRow>
            <Button>{t(lang, { ja: '自分が担当する', en: 'Take charge' })}</Button>
          </ButtonRow>
        </Form>
      ) : null}
      <Duties lang={lang} b={b} now={now} />
      <Next on={on} view={view} />
      <Scope lang={lang} view={view} draft={draft} />
      {open ? <Items lang={lang} b={b} /> : null}
      <Papers lang={lang} b={b} />
      {open ? (
        <Section title={t(lang, { ja: '事実', en: 'Facts' })}>
          <Details summary={t(lang, { ja: '事実を改める', en: 'Change the facts' })}>
            <FactsForm lang={lang} action={`/audit/breaches/${b.id}/facts`} draft={draftOf(b)} isNew={false} />
          </Details>
        </Section>
      ) : null}
      <Section title={t(lang, { ja: 'これまで', en: 'What was done' })}>
        <Table
          lang={lang}
          caption={t(lang, { ja: 'これまで', en: 'What was done' })}
          captionHidden
          rows={view.steps}
          rowKey={(s) => s.id}
          columns={[
            { key: 'at', header: t(lang, { ja: '日時', en: 'When' }), cell: (s) => <Time value={s.at} lang={lang} withTime /> },
            { key: 'step', header: t(lang, { ja: '何を', en: 'What' }), cell: (s) => stepWords(s.step, lang) },
            {
              key: 'by',
              header: t(lang, { ja: '誰が', en: 'Who' }),
              cell: (s) => (s.byName === '' ? t(lang, { ja: '縁が自動で', en: 'The platform' }) : <Ja>{s.byName}</Ja>),
            },
            { key: 'note', header: t(lang, { ja: '覚え書き', en: 'Note' }), cell: (s) => (s.note === '' ? '—' : <Ja>{s.note}</Ja>) },
          ]}
        />
      </Section>
    </AuditorPage>,
  )
}
