/** What the page of an emergency reads, under the rule `break-glass` alone. */
import type { BreakGlass } from '#care/emergency'
import type { OpenedEmergency } from '#care/consent'
import { documentBody, present, toldOnce } from '#care/record'
import { type Context, institutionOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { chartView, itemView } from '../chart.ts'
import type { Deps, Institutions } from '../load.ts'
import type { AnyItem, ChartView } from '../model.ts'

export type EmergencyChart = {
  emergency: OpenedEmergency
  view: ChartView
  institutions: Institutions
  /** Check-ups by their sections, the newest first. */
  checkups: { document: AnyItem; sections: { title: string; text: string; items: AnyItem[]; lines: string[] }[] }[]
}

const CHECKUPS = 3

/** The chart of one emergency that runs for whoever asks. Each entry in the log names the emergency it rests on. @refuses emergency-over */
export async function loadEmergency(ctx: Context, deps: Deps & { glass: BreakGlass }, id: string): Promise<EmergencyChart> {
  const emergency = await deps.glass.running(ctx, id)
  const person = (await deps.person.findByKey(ctx, emergency.keys[0]!)) ?? refuse('emergency-over')
  // The receipt: which emergency showed it.
  const noted: Context = { ...ctx, audit: (event) => ctx.audit({ ...event, consentId: id }) }
  const { rows, cut } = await deps.record.chart(noted, emergency.keys)
  const facilities = await deps.person.facilities(ctx, [...new Set(rows.map((row) => row.source))])
  const names = new Map(facilities.map((one) => [one.institutionNumber, one]))
  const ja = (number: string) => names.get(number)?.name
  const own = institutionOf(ctx.actor) ?? ''
  const about = { patientId: person.keys[0]!, person, grants: [], answers: [], cut, institutionNumber: own, now: ctx.now }
  const view = chartView({ ...about, items: toldOnce(rows.map((row) => present(row, ja))) })
  const institutions: Institutions = (number, fallback) => {
    const known = names.get(number)
    return (known && ((ctx.lang === 'en' && known.nameEn) || known.name)) ?? fallback
  }
  const checkups = view.items['check-up']
    .filter((item) => item.is === 'document')
    .slice(0, CHECKUPS)
    .flatMap((document) => {
      const row = rows.find((one) => one.id === document.id)
      if (row === undefined) return []
      const sections = documentBody(row, ja).map(({ title, text, items, lines }) => ({
        ...{ title, text, lines },
        items: items.map((one) => itemView(one, own)),
      }))
      return [{ document, sections }]
    })
  return { emergency, view, institutions, checkups }
}
