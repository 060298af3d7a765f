import type { RawBuilder } from 'kysely'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import type { JobRow } from '#kernel/route'
import { type Asked, isEnough } from './asked.ts'
import { indexFacilityNames } from '../store/facility-names.ts'
import { soughtKeys, soughtPairs } from './names.ts'
import { MOST_FOUND } from './scoring.ts'
import * as store from './store.ts'

const BATCH = 500
const BATCHES = 40

/** Brings people who are new or were changed into the index. @returns how many */
export async function indexSought(db: Db, now: Date, limit = BATCH): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const people = await store.notSought(trx, limit)
    if (people.length === 0) return 0
    const rows = people.map(({ id, names, address }) => ({ id, keys: soughtKeys(names, address), pairs: soughtPairs(names) }))
    await store.putSought(trx, rows, now)
    return people.length
  })
}

/**
 * People who may be meant, the likeliest first; `more` where others fit too.
 * @param visible condition over alias `r` with the columns of a stored Patient
 * @returns nobody where too little is known to look
 */
export async function seek(
  ctx: Pick<Context, 'db'>,
  asked: Asked,
  visible: RawBuilder<boolean>,
): Promise<{ found: store.FoundPerson[]; more: boolean }> {
  if (!isEnough(asked)) return { found: [], more: false }
  const found = await store.seek(ctx.db, asked, { visible, limit: MOST_FOUND + 1 })
  return { found: found.slice(0, MOST_FOUND), more: found.length > MOST_FOUND }
}

/** Keeps the index young: whoever was entered or changed is found seconds later, and so is an institution. */
export const soughtJob: JobRow = {
  kind: 'job',
  name: 'person.sought',
  everyMs: 3_000,
  // Many who come at once must not keep the log's own beat waiting.
  apart: true,
  law: '個人情報の保護に関する法律 第22条（データ内容の正確性の確保）',
  summary: {
    ja: '新しく登録された人と医療機関、変わった人と医療機関を、さがすための索引に入れる',
    en: 'Brings new and changed people and institutions into the index that finds them',
  },
  run: async ({ db, now }) => {
    for (let batch = 0; batch < BATCHES; batch++) if ((await indexFacilityNames(db, BATCH)) < BATCH) break
    for (let batch = 0; batch < BATCHES; batch++) if ((await indexSought(db, now)) < BATCH) return
  },
}
