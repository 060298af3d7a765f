import { registers } from '#care/person'
import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { again, fields, typedIn } from './form.tsx'
import { pageOf } from './frame.tsx'
import { importPage, type ImportShown, type TableKind } from './import-page.tsx'
import { forKeepers, provenToAct, provenToOpen } from './row-terms.ts'

type Deps = { demo: boolean }

async function take(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const of: TableKind = typed.text('of') === 'facilities' ? 'facilities' : 'staff'
  const dryRun = typed.text('do') !== 'enter'
  const csv = typed.list('csv')[0] ?? ''
  const done = await (of === 'facilities' ? registers.importFacilities(ctx, csv, dryRun) : registers.importStaff(ctx, csv, dryRun))
  const entered = done.entered > 0
  const shown: ImportShown = { of, csv: entered ? '' : csv, done, dryRun }
  const page = () => importPage(pageOf(ctx, request, deps), shown)
  if (done.misfits.length === 0) return { json: done, page }
  if (wantsJson(request.headers.accept)) return { status: 422, json: done }
  return again(ctx, request, { findings: [], page })
}

/** Facilities and staff from a table. */
export function importRows(deps: Deps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/import',
      ...forKeepers,
      ...provenToOpen,
      audit: 'operator.import',
      summary: { ja: '表（CSV）でまとめて登録する画面', en: 'The form that registers many from a table' },
      handle: async (ctx, request) => {
        const of: TableKind = ctx.actor.kind === 'staff' && ctx.actor.role === 'operator' ? 'facilities' : 'staff'
        return { page: () => importPage(pageOf(ctx, request, deps), { of, csv: '', done: null, dryRun: true }) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/import',
      ...forKeepers,
      ...provenToAct,
      schema: fields,
      audit: 'operator.import',
      summary: {
        ja: '施設・職員を表（CSV）でまとめて登録する（一つでも誤りがあれば何もしない）',
        en: 'Register facilities or staff from a table: all of it or nothing',
      },
      handle: (ctx, request) => take(ctx, request, deps),
    },
  ]
}
