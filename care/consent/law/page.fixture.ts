/** The rows as a page for people: `docs/law/privacy.md`. */
import { breachReliefs, breachReportItems, breachTriggers, PRELIMINARY_DAYS } from './breach.ts'
import { duties } from './duties.ts'
import { situations } from './exceptions.ts'
import { type LawFact, lawFacts } from './facts.ts'
import type { Duty, LawRow } from './model.ts'
import { ageRules } from './people.ts'
import { retentionRules } from './retention.ts'

const cell = (text: string) => text.replaceAll('|', '\\|')
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows.map((r) => `| ${r.map(cell).join(' | ')} |`)].join('\n')

const said = (facts: readonly LawFact[], word: string) => facts.map((f) => lawFacts[f].en).join(word)
const demands = ({ all, any, never, excepted }: Duty): string =>
  [
    said(all, '; '),
    any === undefined ? '' : `${any.length > 1 ? 'one of: ' : ''}${said(any, ' / ')}`,
    excepted ? 'or an exception' : '',
    never === undefined ? '' : `**never** where ${said(never, ' or ')}`,
  ]
    .filter(Boolean)
    .join('; ')
const since = ({ from, until }: Pick<LawRow, 'from' | 'until'>) =>
  from === null ? 'proposed, off' : until === null ? `from ${from}` : `${from} – ${until}`

export const lawPage = (): string =>
  [
    '# Privacy law as rows',
    'Made from `care/consent/law/`. Each row is data with its article, the kinds of body it binds and its days; an engineering reading, which no lawyer has signed (要確認: 弁護士). A row marked ° follows the Act by article; no commentary was read for it. Proposed rows bind nobody until somebody enters a day. A judgement: every duty on the act that binds this kind of body on this day must be met by facts that hold on it, or by an exception; an act that no duty speaks of is not allowed.',
    '## Duties',
    table(
      ['#', 'Duty', 'Article', 'Binds', 'In force', 'Act', 'Allowed where', 'Deadline', 'Here'],
      duties.map((d) => [
        d.id,
        d.title.en,
        `${d.article}${d.confirmed ? '' : ' °'}`,
        d.binds.join(', '),
        since(d),
        d.acts.join(', '),
        demands(d),
        d.deadline.en,
        d.does.en,
      ]),
    ),
    '## May we without consent?',
    table(
      ['Situation', 'Needs', 'Collect', 'Use', 'Give', 'Binds', 'In force'],
      situations.map((s) => [
        s.title.en,
        said(s.needs, '; '),
        ...[s.collect, s.use, s.provide].map((c) => c ?? '–'),
        (s.binds ?? ['private', 'academic']).join(', '),
        s.proposed ? 'proposed, off' : 'from 2022-04-01',
      ]),
    ),
    'Each use of an exception is an event with clause, facts why consent was hard, who decided and the review date: the register of legal bases.',
    '## Breach',
    table(
      ['#', 'Reportable where', 'Article', 'Binds', 'Final report', 'In force'],
      breachTriggers.map((t) => [t.id, t.title.en, t.article, t.binds.join(', '), `${t.finalDays} days`, since(t)]),
    ),
    `Preliminary report: ${PRELIMINARY_DAYS.aim}–${PRELIMINARY_DAYS.latest} days from knowing. The final report has ${breachReportItems.length} items: ${breachReportItems.map((i) => i.title.en.toLowerCase()).join('; ')}.`,
    table(
      ['#', 'Not reportable where', 'Article', 'In force'],
      breachReliefs.map((r) => [r.id, r.title.en, r.article, since(r)]),
    ),
    '## Who consents for a minor',
    table(
      ['Rule', 'Source', 'In force'],
      ageRules.map((r) => [r.title.en, r.article, since(r)]),
    ),
    '## How long what is kept',
    table(
      ['What', 'Years', 'Source'],
      retentionRules.map((r) => [r.title.en, String(r.years), r.article]),
    ),
    '',
  ].join('\n\n')
