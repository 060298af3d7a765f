import type { NoticeService } from '#care/notice'
import type { Row } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import type { Counted } from '../self.ts'

/** The rows with the number of unread notices at hand for their pages' menu; programs that ask for JSON pay nothing for it. */
export const withUnread = (rows: readonly Row[], notice: Pick<NoticeService, 'unread'>): Row[] =>
  rows.map((row) =>
    row.kind !== 'read'
      ? row
      : {
          ...row,
          async handle(ctx, request) {
            const { actor } = ctx
            if (actor.kind !== 'citizen' || wantsJson(request.headers.accept)) return row.handle(ctx, request)
            const counted: Counted = { ...ctx, unread: await notice.unread(ctx, actor.keys) }
            return row.handle(counted, request)
          },
        },
  )
